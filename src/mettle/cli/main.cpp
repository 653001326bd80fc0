#include "mettle/base/exit_code.hpp"
#include "mettle/base/version.hpp"
#include "mettle/cli/verbs.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <string_view>

namespace mettle::cli {

namespace {

struct Verb {
    std::string_view name;
    std::string_view what;
    int (*main)(int argc, char** argv);
};

constexpr Verb kVerbs[] = {
    {"serve", "a model file or folder becomes an HTTP service", serve_main},
    {"load", "a load test of a service, in the terminal or in CI", load_main},
    {"prove", "is a service ready? Cold start, correctness, capacity; a report and a verdict",
     prove_main},
    {"compare", "did it get slower? Two versions side by side, or stored results", compare_main},
    {"runs", "what was kept of earlier runs: list, show, tag, export, import", runs_main},
};

void print_help(std::FILE* to) {
    fmt::print(to,
               "Mettle serves ML models, and finds out under stress what they are made "
               "of.\n\nUsage: mettle VERB [options]\n\nVerbs:\n");
    for (const Verb& verb : kVerbs) fmt::print(to, "  {:<8}{}\n", verb.name, verb.what);
    fmt::print(
        to, "\n`mettle VERB --help` lists a verb's options, `mettle --version` shows the build.\n");
}

int print_version() {
    fmt::print("mettle {} ({}, clang {}.{})\n", version(),
               git_commit().empty() ? "no git" : git_commit(), __clang_major__, __clang_minor__);
    return 0;
}

int unknown_verb(std::string_view given) {
    fmt::print(stderr, "mettle: there is no verb '{}'.", given);
    for (const Verb& verb : kVerbs) {
        if (!given.empty() && verb.name.starts_with(given.substr(0, 2)))
            fmt::print(stderr, " Did you mean '{}'?", verb.name);
    }
    fmt::print(stderr, "\n\n");
    print_help(stderr);
    return static_cast<int>(ExitCode::bad_input);
}

}  // namespace

int run(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // A peer that hangs up is an error code, not the end.
    const std::string_view given = argc > 1 ? argv[1] : "";
    if (given == "--version" || given == "-V" || given == "version") return print_version();
    if (given == "--help" || given == "-h" || given == "help") return print_help(stdout), 0;
    if (given.empty()) return print_help(stderr), static_cast<int>(ExitCode::bad_input);
    for (const Verb& verb : kVerbs) {
        if (verb.name != given) continue;
        try {
            return verb.main(argc - 1, argv + 1);
        } catch (const StartupError& error) {
            fmt::print(stderr, "mettle {}: {}\n", verb.name, error.what());
            return static_cast<int>(error.code());
        } catch (const std::exception& error) {
            fmt::print(stderr, "mettle {}: {}\n", verb.name, error.what());
            return static_cast<int>(ExitCode::bad_input);
        }
    }
    return unknown_verb(given);
}

}  // namespace mettle::cli
