#pragma once

// The names that a scenario's texts and expressions mention, each with a number. What defines them
// may stand behind what mentions them, so that they are resolved when everything has been read.

#include "mettle/schema/place.hpp"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle::scenario {

class Symbols {
public:
    static constexpr int kEverywhere = -1;  // The scope of what all user classes see.

    struct Column {
        std::string data, name;
        Place place;  // Of the first mention.
    };
    struct Mention {
        std::uint32_t variable = 0;
        int scope = kEverywhere;
        Place place;
    };

    // A mention, so many characters behind the current place.
    std::uint32_t variable(std::string_view name, std::size_t offset = 0);
    std::uint32_t column(std::string_view data, std::string_view name, std::size_t offset = 0);
    // The variable gets a value in the current scope. Gives its number.
    std::uint32_t define(std::string_view name);
    bool is_defined(std::uint32_t variable, int scope) const;
    bool is_defined_by_users(std::uint32_t variable) const;  // In the scope of some class.

    // Where the mentions that follow stand: a user class's number, or kEverywhere.
    void set_scope(int scope) { scope_ = scope; }
    int scope() const { return scope_; }
    // The text that is read next; `in_line`: its characters stand in the file as they are.
    void set_place(const Place& place, bool in_line) {
        place_ = place;
        in_line_ = in_line;
        base_ = 0;
    }
    // Where in the text the expression begins whose mentions follow.
    void set_base(std::size_t base) { base_ = base; }
    Place place_at(std::size_t offset) const;
    // What is read meanwhile was made of texts that have been read: its mentions are known.
    void mute(bool muted) { muted_ = muted; }

    const std::vector<std::string>& variables() const { return variables_; }
    const std::vector<Column>& columns() const { return columns_; }
    const std::vector<Mention>& mentions() const { return mentions_; }

private:
    std::uint32_t number_of(std::string_view name);

    std::vector<std::string> variables_;
    std::vector<Column> columns_;
    std::vector<Mention> mentions_;
    std::map<std::string, std::uint32_t, std::less<>> numbers_;
    std::set<std::pair<std::uint32_t, int>> definitions_;  // Variable and scope.
    int scope_ = kEverywhere;
    Place place_;
    bool in_line_ = false;
    bool muted_ = false;
    std::size_t base_ = 0;
};

}  // namespace mettle::scenario
