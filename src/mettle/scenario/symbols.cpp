#include "mettle/scenario/symbols.hpp"

#include <algorithm>
#include <iterator>

namespace mettle::scenario {

std::uint32_t Symbols::number_of(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    const auto number = static_cast<std::uint32_t>(variables_.size());
    variables_.emplace_back(name);
    numbers_.emplace(name, number);
    return number;
}

Place Symbols::place_at(std::size_t offset) const {
    Place place = place_;
    if (in_line_) place.column += static_cast<int>(base_ + offset);
    return place;
}

std::uint32_t Symbols::variable(std::string_view name, std::size_t offset) {
    const std::uint32_t number = number_of(name);
    if (!muted_) mentions_.push_back({number, scope_, place_at(offset)});
    return number;
}

std::uint32_t Symbols::column(std::string_view data, std::string_view name, std::size_t offset) {
    const auto same = [&](const Column& column) {
        return column.data == data && column.name == name;
    };
    const auto found = std::ranges::find_if(columns_, same);
    const auto number = static_cast<std::uint32_t>(found - columns_.begin());
    if (found == columns_.end())
        columns_.push_back({std::string(data), std::string(name), place_at(offset)});
    return number;
}

std::uint32_t Symbols::define(std::string_view name) {
    const std::uint32_t number = number_of(name);
    definitions_.emplace(number, scope_);
    return number;
}

bool Symbols::is_defined(std::uint32_t variable, int scope) const {
    return definitions_.contains({variable, kEverywhere}) ||
           definitions_.contains({variable, scope});
}

bool Symbols::is_defined_by_users(std::uint32_t variable) const {
    const auto last = definitions_.lower_bound({variable + 1, kEverywhere});
    return last != definitions_.begin() && std::prev(last)->first == variable &&
           std::prev(last)->second != kEverywhere;
}

}  // namespace mettle::scenario
