#include "mettle/cli/flag_values.hpp"

#include "mettle/base/units.hpp"

#include <fmt/format.h>

namespace mettle::cli {

Result<std::int64_t> parse_whole_number(const std::string& text, std::int64_t least,
                                        std::int64_t most) {
    const auto number = parse_number(text);
    const bool whole = number && *number >= static_cast<double>(least) &&
                       *number <= static_cast<double>(most) &&
                       *number == static_cast<double>(static_cast<std::int64_t>(*number));
    if (!whole)
        return fail(Error::Kind::invalid_input,
                    fmt::format("'{}' is not a whole number from {} to {}", text, least, most));
    return static_cast<std::int64_t>(*number);
}

}  // namespace mettle::cli
