#include "mettle/host/child_process.hpp"

#include "mettle/base/assert.hpp"
#include "mettle/host/cpus.hpp"
#include "mettle/host/output_capture.hpp"
#include "mettle/host/process_usage.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

namespace mettle::host {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

// The environment and arguments as exec wants them, made before the fork: afterwards the child of a
// process with threads must not allocate.
class ExecImage {
public:
    explicit ExecImage(const ChildSpec& spec) : argv_text_(spec.argv) {
        for (char** each = environ; *each != nullptr; ++each) {
            if (!is_replaced(*each, spec)) env_text_.emplace_back(*each);
        }
        for (const auto& [name, value] : spec.env) env_text_.push_back(name + "=" + value);
        for (auto& text : argv_text_) argv_.push_back(text.data());
        for (auto& text : env_text_) env_.push_back(text.data());
        argv_.push_back(nullptr);
        env_.push_back(nullptr);
    }

    void execute() const { ::execvpe(argv_[0], argv_.data(), env_.data()); }

private:
    static bool is_replaced(std::string_view entry, const ChildSpec& spec) {
        for (const auto& [name, value] : spec.env) {
            if (entry.starts_with(name + "=")) return true;
        }
        return false;
    }

    std::vector<std::string> argv_text_, env_text_;
    std::vector<char*> argv_, env_;
};

struct Pipe {
    Pipe() { METTLE_ASSERT(::pipe2(ends.data(), O_CLOEXEC) == 0); }
    Pipe(Pipe&&) = delete;
    ~Pipe() {
        close_end(0);
        close_end(1);
    }
    int release(std::size_t end) { return std::exchange(ends[end], -1); }
    void close_end(std::size_t end) {
        if (ends[end] >= 0) ::close(release(end));
    }

    std::array<int, 2> ends{-1, -1};
};

// Between fork and exec, in the child: only calls that are safe there. Returns when exec failed.
void become(const ExecImage& image, const ChildSpec& spec, int output, int parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // It died before the line above.
    if (!spec.cpus.empty()) {
        cpu_set_t set;
        CPU_ZERO(&set);
        for (const int cpu : spec.cpus) CPU_SET(static_cast<std::size_t>(cpu), &set);
        if (::sched_setaffinity(0, sizeof set, &set) != 0) return;
    }
    const int empty = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (empty < 0 || ::dup2(empty, 0) < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0) return;
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int ignored : {SIGPIPE, SIGINT, SIGTERM, SIGHUP}) ::signal(ignored, SIG_DFL);
    image.execute();
}

// The errno of a failed exec, which the child writes into a pipe that a good exec closes; else 0.
int exec_error(Pipe& status) {
    status.close_end(1);
    int error = 0;
    while (true) {
        const auto count = ::read(status.ends[0], &error, sizeof error);
        if (count < 0 && errno == EINTR) continue;
        return count == sizeof error ? error : 0;
    }
}

ExitStatus status_from(int raw) {
    if (WIFSIGNALED(raw)) return {0, WTERMSIG(raw)};
    return {WEXITSTATUS(raw), 0};
}

}  // namespace

std::string ExitStatus::to_string() const {
    if (signal != 0) return fmt::format("signal {} ({})", signal, ::strsignal(signal));
    return fmt::format("exit code {}", code);
}

struct ChildProcess::State {
    int pid = 0;
    TimePoint started;
    std::optional<ExitStatus> status;
    std::unique_ptr<OutputCapture> output;
};

ChildProcess::ChildProcess(std::unique_ptr<State> state) : state_(std::move(state)) {}
ChildProcess::ChildProcess(ChildProcess&&) noexcept = default;
ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
    if (state_ && this != &other) terminate(2s);
    state_ = std::move(other.state_);
    return *this;
}
ChildProcess::~ChildProcess() {
    if (state_) terminate(2s);
}

Result<ChildProcess> ChildProcess::start(const ChildSpec& spec) {
    METTLE_ASSERT(!spec.argv.empty());
    for (const int cpu : spec.cpus) METTLE_ASSERT(cpu >= 0 && cpu < CPU_SETSIZE);
    const ExecImage image(spec);
    Pipe output, status;
    auto state = std::make_unique<State>();
    state->started = steady_clock::now();
    const int parent = ::getpid();
    state->pid = ::fork();
    if (state->pid < 0) {
        return fail(Error::Kind::unavailable,
                    fmt::format("cannot start {}: {}", spec.argv[0], std::strerror(errno)));
    }
    if (state->pid == 0) {
        become(image, spec, output.ends[1], parent);
        const int error = errno;
        [[maybe_unused]] const auto written = ::write(status.ends[1], &error, sizeof error);
        ::_exit(127);
    }
    output.close_end(1);
    if (const int error = exec_error(status)) {
        ::waitpid(state->pid, nullptr, 0);
        return fail(Error::Kind::not_found,
                    fmt::format("cannot run {}: {}", spec.argv[0], std::strerror(error)));
    }
    state->output = std::make_unique<OutputCapture>(output.release(0), spec.output_limit);
    return ChildProcess(std::move(state));
}

int ChildProcess::pid() const {
    return state_->pid;
}
TimePoint ChildProcess::started() const {
    return state_->started;
}
std::string ChildProcess::output() const {
    return state_->output->text();
}

std::optional<TimePoint> ChildProcess::wait_for_output(std::string_view text, Duration timeout) {
    return state_->output->wait_for(text, timeout);
}

std::optional<ExitStatus> ChildProcess::ended() {
    if (state_->status) return state_->status;
    int raw = 0;
    if (::waitpid(state_->pid, &raw, WNOHANG) == state_->pid) state_->status = status_from(raw);
    return state_->status;
}

std::optional<ExitStatus> ChildProcess::wait(Duration timeout) {
    const auto end = steady_clock::now() + timeout;
    while (!ended() && steady_clock::now() < end) std::this_thread::sleep_for(1ms);
    return state_->status;
}

void ChildProcess::send_signal(int signal) {
    if (!ended()) ::kill(-state_->pid, signal);
}

ExitStatus ChildProcess::terminate(Duration grace, bool* all_ended) {
    // A group number is not given to anybody else while a member lives, and is no other group's
    // after that unless pids have wrapped round meanwhile.
    const auto end = steady_clock::now() + grace;
    ::kill(-state_->pid, SIGTERM);
    wait(grace);
    while (group_lives(state_->pid) && steady_clock::now() < end) std::this_thread::sleep_for(2ms);
    if (all_ended != nullptr) *all_ended = !group_lives(state_->pid);
    ::kill(-state_->pid, SIGKILL);
    while (!ended()) std::this_thread::sleep_for(1ms);
    return *state_->status;
}

}  // namespace mettle::host
