#include "mettle/prove/options.hpp"

#include "mettle/prove/launch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mettle::prove {
namespace {

std::unexpected<Error> refuse(std::string sentence) {
    return fail(Error::Kind::invalid_input, std::move(sentence));
}

// With a command the target is where it will listen.
Result<void> check_with_command(const ProveOptions& options) {
    if (options.target.empty()) return check_command(options.command, false);
    if (!is_url(options.target) && options.target.find("{port}") == std::string::npos) {
        return refuse(fmt::format(
            "{} is a model, and --cmd starts another server; give one of the two, or with --cmd "
            "its URL, as http://127.0.0.1:{{port}}/predict",
            options.target));
    }
    return check_command(options.command, true);
}

}  // namespace

bool is_url(const std::string& target) {
    if (target.find("://") != std::string::npos) return true;
    const auto colon = target.rfind(':');
    std::error_code error;
    return colon != std::string::npos && colon + 1 < target.size() &&
           std::all_of(target.begin() + static_cast<std::ptrdiff_t>(colon) + 1, target.end(),
                       [](unsigned char each) { return std::isdigit(each) != 0; }) &&
           !std::filesystem::exists(target, error);
}

bool ProveOptions::starts_target() const {
    return !command.empty() || !is_url(target);
}

Result<void> check(const ProveOptions& options) {
    if (options.expect_rps && options.max_rate && *options.expect_rps > *options.max_rate) {
        return refuse(fmt::format("--expect {} is above the {} rps that --max-rate allows",
                                  format_rate(*options.expect_rps),
                                  format_rate(*options.max_rate)));
    }
    if (!options.command.empty()) return check_with_command(options);
    if (options.target.empty())
        return refuse("TARGET is missing: a URL, a model (file or folder), or --cmd 'COMMAND'");
    if (is_url(options.target)) return {};
    std::error_code error;
    if (!std::filesystem::exists(options.target, error)) {
        return refuse(
            fmt::format("there is no file or folder {}; a running service is given as a "
                        "URL, http://host:port",
                        options.target));
    }
    if (!options.send.method.empty() || !options.send.body.empty()) {
        return refuse(
            "--method and --body are for plain HTTP targets; what a model takes is made "
            "from its signature");
    }
    return {};
}

}  // namespace mettle::prove
