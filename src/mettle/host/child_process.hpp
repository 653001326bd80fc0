#pragma once

// A command that runs beside this process and never outlives it. Its standard output and error are
// read by a thread of ours and kept in memory up to a bound, the rest is thrown away; its standard
// input is empty.

#include "mettle/base/result.hpp"
#include "mettle/base/units.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::host {

struct ChildSpec {
    std::vector<std::string> argv;  // argv[0] is looked up in PATH. REQUIRES: not empty
    std::vector<std::pair<std::string, std::string>> env;  // Added to ours, or in place of it.
    std::vector<int> cpus;                                 // Pinned to these; empty: as we are.
    std::size_t output_limit = 256 * 1024;                 // Bytes kept of its output.
};

struct ExitStatus {
    bool operator==(const ExitStatus&) const = default;

    int code = 0;    // 0 when ended by a signal.
    int signal = 0;  // 0 when it ended by itself.

    std::string to_string() const;  // "exit code 2", "signal 9 (Killed)"
};

// In a process group of its own, so that a Ctrl-C on the terminal reaches only us and we end the
// child in order. The kernel kills it when the *thread* that started it ends (PR_SET_PDEATHSIG):
// start children from a thread that stays.
class ChildProcess {
public:
    // Fails when the command cannot be executed, and says why.
    static Result<ChildProcess> start(const ChildSpec& spec);

    ChildProcess(ChildProcess&&) noexcept;
    ChildProcess& operator=(ChildProcess&&) noexcept;
    ~ChildProcess();  // terminate() with a grace of 2 s

    int pid() const;
    TimePoint started() const;  // Just before the fork.
    // Nothing while it runs. Reaps it, so no zombie stays.
    std::optional<ExitStatus> ended();
    std::optional<ExitStatus> wait(Duration timeout);
    // Until the output contains `text`: the moment at which we read it. Nothing when the child
    // closed its output or the time is up before that.
    std::optional<TimePoint> wait_for_output(std::string_view text, Duration timeout);
    std::string output() const;

    // SIGTERM to its group, and SIGKILL to what is left of it after `grace`: a shell ends at once,
    // the server that it started may ignore the first. `all_ended` says that nothing was left.
    ExitStatus terminate(Duration grace, bool* all_ended = nullptr);
    void send_signal(int signal);  // To the group.

private:
    struct State;
    explicit ChildProcess(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace mettle::host
