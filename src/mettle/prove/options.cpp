#include "mettle/prove/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mettle::prove {
namespace {

std::unexpected<Error> refuse(std::string sentence) {
    return fail(Error::Kind::invalid_input, std::move(sentence));
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

Result<void> check(const ProveOptions& options) {
    if (options.expect_rps && options.max_rate && *options.expect_rps > *options.max_rate) {
        return refuse(fmt::format("--expect {} is above the {} rps that --max-rate allows",
                                  format_rate(*options.expect_rps),
                                  format_rate(*options.max_rate)));
    }
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
