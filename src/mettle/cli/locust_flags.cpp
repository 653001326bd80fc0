#include "mettle/cli/locust_flags.hpp"

#include "mettle/base/exit_code.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace mettle::cli {

std::string answer_to_locust_flag(std::string_view name) {
    constexpr std::string_view kPage = "there is no web page yet: a load runs headless";
    constexpr std::string_view kMachines =
        "a load runs on one machine: --workers uses more of its cores";
    constexpr std::array<std::pair<std::string_view, std::string_view>, 21> kAnswers = {{
        {"web-host", kPage},
        {"web-port", kPage},
        {"P", kPage},
        {"web-login", kPage},
        {"web-base-path", kPage},
        {"class-picker", kPage},
        {"tls-cert", kPage},
        {"tls-key", kPage},
        {"master", kMachines},
        {"worker", kMachines},
        {"master-bind-host", kMachines},
        {"master-bind-port", kMachines},
        {"master-host", kMachines},
        {"master-port", kMachines},
        {"expect-workers", kMachines},
        {"expect-workers-max-wait", kMachines},
        {"enable-rebalancing", kMachines},
        {"modern-ui", kPage},
        {"profile", "give each run a file of its own: -o NAME.json"},
        {"otel", "there is no OpenTelemetry yet; --metrics-port serves Prometheus"},
        {"stop-on-failure", "write --abort-if 'failures>0'"},
    }};
    const auto found =
        std::ranges::find(kAnswers, name, [](const auto& each) { return each.first; });
    return found == kAnswers.end() ? "" : std::string(found->second);
}

void answer_locust_flags(Flags& flags, int argc, char** argv) {
    for (int index = 1; index < argc; ++index) {
        const std::string_view argument = argv[index];
        if (!argument.starts_with("-")) continue;
        std::string_view name = argument.substr(argument.find_first_not_of('-') == std::string::npos
                                                    ? argument.size()
                                                    : argument.find_first_not_of('-'));
        name = name.substr(0, name.find('='));
        if (flags.app().get_option_no_throw(std::string(name.size() > 1 ? "--" : "-") +
                                            std::string(name)))
            continue;
        if (const std::string answer = answer_to_locust_flag(name); !answer.empty())
            throw StartupError(
                fmt::format("{}: {}", argument.substr(0, argument.find('=')), answer));
    }
}

}  // namespace mettle::cli
