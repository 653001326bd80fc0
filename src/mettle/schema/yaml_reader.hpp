#pragma once

// The values of YAML nodes as types, and where to say what is wrong with them. A reader that finds
// a mistake notes it and goes on with a default, so that one look finds several.

#include "mettle/base/units.hpp"
#include "mettle/schema/yaml_tree.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mettle {

class YamlReader {
public:
    explicit YamlReader(Mistakes& its_mistakes) : mistakes(its_mistakes) {}

    void wrong(const YamlNode& node, std::string message) {
        mistakes.add(node.place, std::move(message));
    }

    // Each notes a mistake where the node is something else; `what` names the value: "weight".
    std::string text(const YamlNode& node, std::string_view what);
    std::optional<double> number(const YamlNode& node, std::string_view what, double least,
                                 double most);
    std::optional<std::int64_t> whole(const YamlNode& node, std::string_view what,
                                      std::int64_t least, std::int64_t most);
    std::optional<Duration> duration(const YamlNode& node, std::string_view what);
    bool truth(const YamlNode& node, std::string_view what);
    std::vector<std::string> texts(const YamlNode& node, std::string_view what);  // Or one text.
    // One of `names`; its index.
    std::optional<std::size_t> choice(const YamlNode& node, std::string_view what,
                                      std::initializer_list<std::string_view> names);

    Mistakes& mistakes;
};

// A map whose keys are asked for one by one; what nobody asked for is a mistake.
class KeyReader {
public:
    // `what` names the map: "a user class". Notes a mistake where it is none; then it is empty.
    KeyReader(YamlReader& reader, const YamlNode& node, std::string what);

    const YamlNode* take(std::string_view key);  // None: not there.
    // Of keys that exclude each other: the one that is there, with a mistake where there are more.
    const YamlEntry* take_one(std::initializer_list<std::string_view> keys);
    // Notes those that are unknown. Keys that begin with "x-" are the writer's own.
    void finish();

private:
    YamlReader& reader_;
    const YamlNode& node_;
    std::string what_;
    std::vector<std::string> known_;
};

}  // namespace mettle
