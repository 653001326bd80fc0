#pragma once

#include "mettle/base/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::app {

struct FormField {
    std::string name;
    std::string value;
};

// The fields of a query or of a body of application/x-www-form-urlencoded, decoded, in their order:
// "a=1&b=x+y%21". A field without '=' has an empty value; a broken escape stays as it is. Fails
// with `too_large` beyond `most` fields.
Result<std::vector<FormField>> read_form(std::string_view form, std::size_t most = 256);
// One name or value.
std::string form_decoded(std::string_view text);

}  // namespace mettle::app
