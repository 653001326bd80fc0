#include "mettle/base/exit_code.hpp"
#include "mettle/cli/prove_flags.hpp"
#include "mettle/cli/prove_terminal.hpp"
#include "mettle/cli/result_files.hpp"
#include "mettle/cli/stop_signals.hpp"
#include "mettle/cli/verbs.hpp"
#include "mettle/prove/profile_file.hpp"
#include "mettle/prove/prover.hpp"
#include "mettle/prove/verdict.hpp"
#include "mettle/report/html_page.hpp"
#include "mettle/report/prove_summary.hpp"

#include <fmt/format.h>

#include <unistd.h>

#include <filesystem>

namespace mettle::cli {
namespace {

std::string document_for(const std::string& path, const results::ProveResult& result) {
    const std::string extension = std::filesystem::path(path).extension();
    if (extension == ".md") return report::prove_markdown(result);
    if (extension == ".xml") return report::prove_junit(result);
    const std::string json = results::to_json(result);
    return extension == ".html" ? report::html_page(json) : json + "\n";
}

// A full disk must not cost the verdict, which is printed whatever happens here.
void write_outputs(const std::vector<std::string>& paths, const results::ProveResult& result) {
    for (const std::string& path : paths) {
        try {
            write_file(path, document_for(path, result));
            fmt::print("  {:<9} {}\n", "report", path);
        } catch (const StartupError& error) {
            fmt::print(stderr, "mettle prove: {}\n", error.what());
        }
    }
}

results::ProveResult watched(const ProveFlags& given, const prove::Plan& plan,
                             report::SummaryStyle& style) {
    std::stop_source stop;
    const StopSignals signals(stop);
    ProveTerminal terminal(plan);
    const bool on_terminal = ::isatty(STDOUT_FILENO) == 1;
    style.colour = on_terminal && terminal.colour();
    style.stages = !(on_terminal && ::isatty(STDERR_FILENO) == 1);
    return prove::prove(given.options, plan, terminal, stop.get_token());
}

int print_profile(const std::string& name) {
    const auto profile = prove::profile_at(name);
    if (!profile) throw StartupError(profile.error().message);
    fmt::print("{}", prove::to_yaml(*profile));
    return static_cast<int>(ExitCode::passed);
}

}  // namespace

int prove_main(int argc, char** argv) {
    const auto given = parse_prove_flags(argc, argv);
    if (!given) return static_cast<int>(ExitCode::passed);
    if (given->init_profile) return print_profile(given->options.profile);
    const auto plan = prove::make_plan(given->options);
    if (!plan) throw StartupError(plan.error().message);
    if (given->plan_only) {
        fmt::print("mettle prove {}\n{}", given->options.shown_target(), plan->to_string());
        return static_cast<int>(ExitCode::passed);
    }
    fmt::print(stderr, "mettle prove {}: about {}\n", given->options.shown_target(),
               format_duration(plan->expected()));
    report::SummaryStyle style;
    const auto result = watched(*given, *plan, style);
    fmt::print("\n{}", report::prove_summary(result, style));
    write_outputs(given->outputs, result);
    keep_result(given->history, results::to_json(result));
    return static_cast<int>(prove::exit_code_of(result));
}

}  // namespace mettle::cli
