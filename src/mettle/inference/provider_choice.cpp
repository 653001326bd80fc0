#include "mettle/inference/provider_choice.hpp"

#include "mettle/base/law_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle {

namespace {

std::unexpected<Error> wrong(std::string_view part, std::string_view why) {
    return fail(Error::Kind::invalid_input,
                fmt::format("'{}': {}; a list of execution providers looks like "
                            "cuda(device_id=0),cpu",
                            part, why));
}

Result<ProviderChoice> parse_one(std::string_view part) {
    const auto law = parse_law_text(part);
    if (!law)
        return wrong(part, part.empty() || part.starts_with('(') ? "a provider has no name"
                                                                 : law.error().message);
    ProviderChoice choice{law->name};
    for (const auto& [key, value] : law->arguments) {
        if (key.empty())
            return wrong(part, fmt::format("'{}' is not of the form option=value", value));
        if (!choice.options.emplace(key, value).second)
            return wrong(part, fmt::format("'{}' is given twice", key));
    }
    return choice;
}

}  // namespace

Result<std::vector<ProviderChoice>> parse_providers(std::string_view text) {
    std::vector<ProviderChoice> list;
    for (const std::string_view part : split_outside_parentheses(text, ',')) {
        auto choice = parse_one(part);
        if (!choice) return std::unexpected(choice.error());
        if (std::ranges::count(list, choice->name, &ProviderChoice::name) > 0)
            return wrong(part, fmt::format("'{}' is in the list twice", choice->name));
        list.push_back(*std::move(choice));
    }
    return list;
}

}  // namespace mettle
