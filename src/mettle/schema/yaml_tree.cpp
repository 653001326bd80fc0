#include "mettle/schema/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace mettle {

namespace {

struct Wrong {
    Place place;
    std::string message;
};

std::size_t count_nodes(const YamlNode& node) {
    std::size_t count = 1;
    for (const YamlNode& item : node.items) count += count_nodes(item);
    for (const YamlEntry& entry : node.entries) count += count_nodes(entry.value);
    return count;
}

std::size_t depth_of(const YamlNode& node) {
    std::size_t deepest = 0;
    for (const YamlNode& item : node.items) deepest = std::max(deepest, depth_of(item));
    for (const YamlEntry& entry : node.entries) deepest = std::max(deepest, depth_of(entry.value));
    return deepest + 1;
}

// Builds the tree from what the parser says. Throws Wrong.
class TreeBuilder final : public YAML::EventHandler {
public:
    TreeBuilder(int file, Mistakes& mistakes, const YamlLimits& limits)
        : file_(file), mistakes_(mistakes), limits_(limits) {}

    YamlNode take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        put(node_at(mark, YamlNode::Kind::null), anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end())
            throw Wrong{place_of(mark), "this alias stands within what it names: a cycle"};
        if (open_.size() + found->second.depth > limits_.depth) throw too_deep(place_of(mark));
        count(found->second.nodes, place_of(mark));
        put(YamlNode(found->second.node), 0);
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        YamlNode node = node_at(mark, YamlNode::Kind::scalar);
        node.quoted = tag != "?";
        node.text = value;
        if (!node.quoted && (value == "~" || value == "null" || value == "Null" || value == "NULL"))
            node.kind = YamlNode::Kind::null;
        put(std::move(node), anchor);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, YamlNode::Kind::list, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, YamlNode::Kind::map, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Open {
        YamlNode node;
        YAML::anchor_t anchor = 0;
        std::optional<YamlEntry> entry;  // Of a map: the key that has no value yet.
    };
    struct Anchored {
        YamlNode node;
        std::size_t nodes = 0, depth = 0;
    };

    Place place_of(const YAML::Mark& mark) const { return {file_, mark.line + 1, mark.column + 1}; }
    Wrong too_deep(const Place& place) const {
        return {place, fmt::format("nested more than {} deep", limits_.depth)};
    }
    void count(std::size_t nodes, const Place& place) {
        nodes_ += nodes;
        if (nodes_ > limits_.nodes)
            throw Wrong{place, fmt::format("more than {} values, with what the aliases stand for",
                                           limits_.nodes)};
    }
    YamlNode node_at(const YAML::Mark& mark, YamlNode::Kind kind) {
        YamlNode node;
        node.kind = kind;
        node.place = place_of(mark);
        count(1, node.place);
        return node;
    }

    void open(const YAML::Mark& mark, YamlNode::Kind kind, YAML::anchor_t anchor) {
        if (open_.size() == limits_.depth) throw too_deep(place_of(mark));
        open_.push_back({node_at(mark, kind), anchor, {}});
    }
    void close() {
        Open done = std::move(open_.back());
        open_.pop_back();
        put(std::move(done.node), done.anchor);
    }

    void put(YamlNode node, YAML::anchor_t anchor) {
        if (anchor != 0) anchored_[anchor] = {node, count_nodes(node), depth_of(node)};
        if (open_.empty()) {
            root_ = std::move(node);
            return;
        }
        Open& parent = open_.back();
        if (parent.node.is_list()) {
            parent.node.items.push_back(std::move(node));
        } else if (!parent.entry) {
            parent.entry.emplace(key_from(node));
        } else {
            parent.entry->value = std::move(node);
            add_entry(parent);
        }
    }

    static YamlEntry key_from(const YamlNode& node) {
        if (!node.is_scalar() && !node.is_null())
            throw Wrong{node.place, fmt::format("{} is no key", node.kind_name())};
        return {node.is_null() ? "null" : node.text, node.place, {}};
    }

    void add_entry(Open& parent) {
        YamlEntry entry = std::move(*parent.entry);
        parent.entry.reset();
        if (parent.node.find(entry.key))
            mistakes_.add(entry.place, fmt::format("the key '{}' stands twice", entry.key));
        else
            parent.node.entries.push_back(std::move(entry));
    }

    int file_;
    Mistakes& mistakes_;
    YamlLimits limits_;
    YamlNode root_;
    std::vector<Open> open_;
    std::map<YAML::anchor_t, Anchored> anchored_;
    std::size_t nodes_ = 0;
};

std::string_view line_of(std::string_view text, int line) {
    for (; line > 1; --line) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos) return {};
        text.remove_prefix(end + 1);
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
    const auto found = std::ranges::find(entries, key, &YamlEntry::key);
    return found == entries.end() ? nullptr : &found->value;
}

std::string_view YamlNode::kind_name() const {
    switch (kind) {
        case Kind::null:
            return "nothing";
        case Kind::scalar:
            return "a plain value";
        case Kind::list:
            return "a list";
        case Kind::map:
            return "a map";
    }
    return "?";
}

YamlNode parse_yaml(std::string_view text, int file, Mistakes& mistakes, YamlLimits limits) {
    if (text.size() > limits.bytes) {
        mistakes.add({file, 1, 1}, fmt::format("the file has more than {} bytes", limits.bytes));
        return {};
    }
    TreeBuilder builder(file, mistakes, limits);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        if (!parser.HandleNextDocument(builder)) {
            mistakes.add({file, 1, 1}, "there is nothing in the file");
            return {};
        }
        TreeBuilder ignored(file, mistakes, limits);
        if (parser.HandleNextDocument(ignored)) {
            mistakes.add({file, ignored.take().place.line, 1},
                         "a second document begins here: a scenario is one");
        }
    } catch (const Wrong& wrong) {
        mistakes.add(wrong.place, wrong.message);
    } catch (const YAML::Exception& error) {
        const bool known = !error.mark.is_null();
        const int line = known ? error.mark.line + 1 : 1;
        // The braces of ${...} are YAML's own within its brackets: nobody guesses that.
        const bool values = line_of(text, line).contains("${");
        mistakes.add(
            {file, line, known ? error.mark.column + 1 : 1},
            fmt::format("no YAML: {}{}", error.msg,
                        values ? "; within [ ] and { } a text with ${...} needs quotes" : ""));
    } catch (const std::exception& error) {
        mistakes.add({file, 1, 1}, fmt::format("no YAML: {}", error.what()));
    }
    return builder.take();
}

}  // namespace mettle
