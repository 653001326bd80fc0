#include "mettle/base/exit_code.hpp"
#include "mettle/cli/prove_terminal.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/prove/prover.hpp"
#include "mettle/prove/verdict.hpp"
#include "mettle/report/html_page.hpp"
#include "mettle/report/prove_summary.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <signal.h>

#include <fstream>
#include <sstream>
#include <thread>

namespace mettle::cli {
namespace {

using prove::ProveOptions;

struct ProveFlags {
    ProveOptions options;
    std::vector<std::string> outputs, headers;
    std::string body_file;
    bool plan_only = false;
};

template <typename T, typename Parse>
CLI::Option* add_unit(CLI::App& flags, const std::string& name, std::optional<T>& target,
                      Parse parse, const std::string& help) {
    return flags.add_option_function<std::string>(
        name,
        [&target, parse, name](const std::string& text) {
            const auto value = parse(text);
            if (!value) throw CLI::ValidationError(name, value.error().message);
            target = static_cast<T>(*value);
        },
        help);
}

void add_judging(CLI::App& flags, ProveFlags& given) {
    ProveOptions& options = given.options;
    flags
        .add_option("TARGET", options.target,
                    "a URL, or a model (file or folder) that prove serves itself")
        ->required();
    flags
        .add_option("--slo", options.slo,
                    "what must hold, as 'p99<20ms'; repeatable. Without it: error_rate<0.1% and "
                    "p99 < max(50 ms, 5 × unloaded p99)")
        ->allow_extra_args(false)
        ->group("Judging");
    add_unit(flags, "--expect", options.expect_rps, parse_rate,
             "the rate that the service must carry, as 500rps; without it the capacity is "
             "reported, not judged")
        ->group("Judging");
    flags.add_option("--profile", options.profile, "quick, default or strict")
        ->capture_default_str()
        ->group("Judging");
    add_unit(flags, "--budget", options.budget, parse_duration,
             "time for all stages; 45s, 2m and 10m for the three profiles")
        ->group("Judging");
    flags.add_option("--stages-only", options.stages_only, "these stages only")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->group("Judging");
    flags.add_flag("--plan", given.plan_only, "print the stages and their time, and do nothing")
        ->group("Judging");
    add_unit(flags, "--max-rate", options.max_rate, parse_rate,
             "never send more than this; 1000 rps when the target is not on loopback")
        ->group("Judging");
    flags.add_option("--seed", options.seed, "of arrivals and made inputs")
        ->capture_default_str()
        ->group("Judging");
    flags
        .add_option("-o,--output", given.outputs,
                    "write the result: .json, .html, .md or .xml (JUnit); repeatable")
        ->allow_extra_args(false)
        ->group("Results");
}

void add_sending(CLI::App& flags, ProveFlags& given) {
    prove::SendOptions& send = given.options.send;
    flags.add_option("--model", send.model, "the model, when the target has several")
        ->group("What to send");
    flags.add_option("-b,--batch", send.batch, "rows a request")
        ->check(CLI::Range(1, 1'000'000))
        ->group("What to send");
    flags.add_option("--shape", send.shapes, "an input's whole shape, as INPUT:1,3,224,224")
        ->allow_extra_args(false)
        ->group("What to send");
    flags.add_flag("--binary", send.binary, "V2's binary tensors in place of JSON")
        ->group("What to send");
    flags.add_option("--method", send.method, "plain HTTP: the method")->group("What to send");
    flags.add_option("--body", given.body_file, "plain HTTP: a file with the body")
        ->group("What to send");
    flags
        .add_option("--header", given.headers, "'Name: value', sent with every request; repeatable")
        ->allow_extra_args(false)
        ->group("What to send");
    flags.add_flag("--insecure", send.insecure, "accept any TLS certificate")
        ->group("What to send");
}

http::HeaderList parse_headers(const std::vector<std::string>& lines) {
    http::HeaderList headers;
    for (const std::string& line : lines) {
        const auto colon = line.find(':');
        if (colon == std::string::npos || colon == 0 || line.find_first_of("\r\n") != line.npos)
            throw StartupError(fmt::format("--header '{}': write 'Name: value'", line));
        const auto value = line.find_first_not_of(' ', colon + 1);
        headers.emplace_back(line.substr(0, colon), value == line.npos ? "" : line.substr(value));
    }
    return headers;
}

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    if (!file || !(text << file.rdbuf())) throw StartupError("cannot read --body " + path);
    return std::move(text).str();
}

std::string extension_of(const std::string& path) {
    return std::filesystem::path(path).extension().string();
}

// Found out before two minutes of work, not after.
void check_outputs(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) {
        const std::string extension = extension_of(path);
        if (extension != ".json" && extension != ".html" && extension != ".md" &&
            extension != ".xml")
            throw StartupError(fmt::format("-o {}: .json, .html, .md or .xml", path));
        const auto folder = std::filesystem::absolute(path).parent_path();
        std::error_code error;
        std::filesystem::create_directories(folder, error);
        if (!std::ofstream(path, std::ios::app))
            throw StartupError(fmt::format("-o {}: cannot be written", path));
    }
}

std::string document_for(const std::string& path, const results::ProveResult& result) {
    const std::string extension = extension_of(path);
    if (extension == ".md") return report::prove_markdown(result);
    if (extension == ".xml") return report::prove_junit(result);
    const std::string json = results::to_json(result);
    return extension == ".html" ? report::html_page(json) : json + "\n";
}

// A full disk must not cost the verdict, which is printed whatever happens here.
void write_outputs(const std::vector<std::string>& paths, const results::ProveResult& result) {
    for (const std::string& path : paths) {
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        file << document_for(path, result) << std::flush;
        if (!file) fmt::print(stderr, "mettle prove: could not write {}\n", path);
    }
}

// SIGINT and SIGTERM as a stop request; blocked in all threads that are made after this one. The
// second one ends the program at once, and the kernel then ends the server.
class StopOnSignal {
public:
    StopOnSignal() {
        ::sigemptyset(&signals_);
        ::sigaddset(&signals_, SIGINT);
        ::sigaddset(&signals_, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        thread_ = std::jthread([this](const std::stop_token& ended) { wait(ended); });
    }

    std::stop_token token() const { return source_.get_token(); }

private:
    void wait(const std::stop_token& ended) {
        while (!ended.stop_requested()) {
            const timespec limit{0, 100'000'000};
            if (::sigtimedwait(&signals_, nullptr, &limit) < 0) continue;
            if (source_.stop_requested()) std::_Exit(static_cast<int>(ExitCode::no_verdict));
            source_.request_stop();
        }
    }

    sigset_t signals_{};
    std::stop_source source_;
    std::jthread thread_;
};

int prove_with(const ProveFlags& given) {
    const auto plan = prove::make_plan(given.options);
    if (!plan) throw StartupError(plan.error().message);
    if (given.plan_only) {
        fmt::print("mettle prove {}\n{}", given.options.target, plan->to_string());
        return static_cast<int>(ExitCode::passed);
    }
    check_outputs(given.outputs);
    const StopOnSignal stop;
    fmt::print(stderr, "mettle prove {}: about {}\n", given.options.target,
               format_duration(plan->expected()));
    results::ProveResult result;
    bool colour = false;
    {
        ProveTerminal terminal(*plan);
        colour = terminal.colour();
        result = prove::prove(given.options, *plan, terminal, stop.token());
    }
    write_outputs(given.outputs, result);
    fmt::print("\n{}", report::prove_summary(result, colour));
    for (const std::string& path : given.outputs) fmt::print("  {:<9} {}\n", "report", path);
    return static_cast<int>(prove::exit_code_of(result));
}

}  // namespace

int prove_main(int argc, char** argv) {
    ProveFlags given;
    CLI::App flags(
        "Finds out whether a service is ready: cold start, correctness under load, a "
        "steady run, capacity at an SLO. Ends in a verdict and an exit code.",
        "mettle prove");
    add_judging(flags, given);
    add_sending(flags, given);
    try {
        flags.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return flags.exit(error) == 0 ? 0 : static_cast<int>(ExitCode::bad_input);
    }
    given.options.send.headers = parse_headers(given.headers);
    if (!given.body_file.empty()) given.options.send.body = read_file(given.body_file);
    return prove_with(given);
}

}  // namespace mettle::cli
