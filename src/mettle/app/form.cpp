#include "mettle/app/form.hpp"

#include "mettle/app/percent.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::app {

std::string form_decoded(std::string_view text) {
    std::string plain(text);
    std::ranges::replace(plain, '+', ' ');
    std::string room;
    return std::string(percent_decoded(plain, room));
}

Result<std::vector<FormField>> read_form(std::string_view form, std::size_t most) {
    std::vector<FormField> fields;
    while (!form.empty()) {
        const std::string_view pair = form.substr(0, form.find('&'));
        form.remove_prefix(std::min(form.size(), pair.size() + 1));
        if (pair.empty()) continue;
        if (fields.size() == most)
            return fail(Error::Kind::too_large, fmt::format("a form has {} fields at most", most));
        const std::size_t equals = std::min(pair.find('='), pair.size());
        fields.push_back({form_decoded(pair.substr(0, equals)),
                          form_decoded(pair.substr(std::min(equals + 1, pair.size())))});
    }
    return fields;
}

}  // namespace mettle::app
