#include "mettle/http/media_type.hpp"

namespace mettle::http {

std::string_view media_type(std::string_view value) {
    value = value.substr(0, value.find(';'));
    const auto first = value.find_first_not_of(" \t");
    if (first == value.npos) return {};
    return value.substr(first, value.find_last_not_of(" \t") - first + 1);
}

}  // namespace mettle::http
