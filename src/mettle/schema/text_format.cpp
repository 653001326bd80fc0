#include "mettle/schema/text_format.hpp"

#include <fmt/format.h>

#include <cctype>
#include <utility>

namespace mettle {

namespace {

struct Wrong {
    Place place;
    std::string message;
};

bool begins_name(char character) {
    return std::isalpha(static_cast<unsigned char>(character)) != 0 || character == '_';
}
bool is_in_word(char character) {
    return std::isalnum(static_cast<unsigned char>(character)) != 0 || character == '_';
}

// The characters with their places; blanks and comments are nothing.
class Source {
public:
    Source(std::string_view text, int file) : text_(text), place_{file, 1, 1} {}

    const Place& place() const { return place_; }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool at_end() const { return at_ == text_.size(); }
    char next() {
        const char character = text_[at_++];
        if (character == '\n') {
            ++place_.line;
            place_.column = 1;
        } else {
            ++place_.column;
        }
        return character;
    }
    bool skip(char wanted) {
        if (at_end() || peek() != wanted) return false;
        next();
        return true;
    }
    void skip_blanks() {
        while (!at_end()) {
            if (peek() == '#') {
                while (!at_end() && peek() != '\n') next();
            } else if (std::isspace(static_cast<unsigned char>(peek())) != 0) {
                next();
            } else {
                return;
            }
        }
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
    Place place_;
};

class Parser {
public:
    Parser(std::string_view text, int file, const YamlLimits& limits)
        : source_(text, file), limits_(limits) {}

    // Fills in `root` as it goes, so that what came before a mistake is there. Throws Wrong.
    void read(YamlNode& root) { read_fields(root, '\0', 0); }

private:
    [[noreturn]] void expected(std::string_view what) const {
        throw Wrong{source_.place(),
                    source_.at_end()
                        ? fmt::format("the file ends where {} should stand", what)
                        : fmt::format("'{}' stands where {} should", source_.peek(), what)};
    }

    void read_fields(YamlNode& map, char end, std::size_t depth) {
        map.kind = YamlNode::Kind::map;
        map.place = source_.place();
        if (depth == limits_.depth)
            throw Wrong{map.place, fmt::format("nested more than {} deep", limits_.depth)};
        for (source_.skip_blanks(); !source_.at_end(); source_.skip_blanks()) {
            if (end != '\0' && source_.skip(end)) return;
            read_field(map, depth);
            source_.skip_blanks();
            if (!source_.skip(',')) source_.skip(';');
        }
        if (end != '\0') expected(fmt::format("'{}'", end));
    }

    void read_field(YamlNode& map, std::size_t depth) {
        const Place place = source_.place();
        if (!begins_name(source_.peek())) expected("a field's name");
        std::string name;
        while (is_in_word(source_.peek())) name += source_.next();
        source_.skip_blanks();
        const bool colon = source_.skip(':');
        source_.skip_blanks();
        YamlNode value;
        if (source_.peek() == '[') {
            value = read_list(depth);
        } else if (source_.peek() == '{' || source_.peek() == '<') {
            value = read_message(depth);
        } else {
            if (!colon) expected("':' or '{'");
            value = read_scalar();
        }
        add(map, std::move(name), place, std::move(value));
    }

    // A second one of a name makes both a list.
    static void add(YamlNode& map, std::string name, const Place& place, YamlNode value) {
        for (YamlEntry& entry : map.entries) {
            if (entry.key != name) continue;
            if (!entry.value.is_list()) {
                YamlNode first = std::exchange(entry.value, {});
                entry.value.kind = YamlNode::Kind::list;
                entry.value.place = first.place;
                entry.value.items.push_back(std::move(first));
            }
            if (!value.is_list()) {
                entry.value.items.push_back(std::move(value));
            } else {
                for (YamlNode& item : value.items) entry.value.items.push_back(std::move(item));
            }
            return;
        }
        map.entries.push_back({std::move(name), place, std::move(value)});
    }

    YamlNode read_message(std::size_t depth) {
        count();
        YamlNode node;
        const Place place = source_.place();
        const char end = source_.next() == '{' ? '}' : '>';
        read_fields(node, end, depth + 1);
        node.place = place;
        return node;
    }

    YamlNode read_list(std::size_t depth) {
        count();
        YamlNode list;
        list.kind = YamlNode::Kind::list;
        list.place = source_.place();
        source_.next();
        for (source_.skip_blanks(); !source_.skip(']'); source_.skip_blanks()) {
            if (!list.items.empty()) {
                if (!source_.skip(',')) expected("',' or ']'");
                source_.skip_blanks();
            }
            const bool message = source_.peek() == '{' || source_.peek() == '<';
            list.items.push_back(message ? read_message(depth) : read_scalar());
        }
        return list;
    }

    YamlNode read_scalar() {
        count();
        YamlNode node;
        node.kind = YamlNode::Kind::scalar;
        node.place = source_.place();
        if (source_.peek() == '"' || source_.peek() == '\'') {
            node.quoted = true;
            do {
                read_string(node.text);
                source_.skip_blanks();
            } while (source_.peek() == '"' || source_.peek() == '\'');
            return node;
        }
        if (source_.skip('-')) node.text = "-", source_.skip_blanks();
        while (is_in_word(source_.peek()) || source_.peek() == '.' ||
               ((source_.peek() == '+' || source_.peek() == '-') && ends_in_exponent(node.text)))
            node.text += source_.next();
        if (node.text.empty() || node.text == "-") expected("a value");
        return node;
    }

    // "1e" before a sign.
    static bool ends_in_exponent(std::string_view text) {
        return text.size() > 1 && (text.back() == 'e' || text.back() == 'E') &&
               std::isdigit(static_cast<unsigned char>(text.front())) != 0;
    }

    void read_string(std::string& text) {
        const char quote = source_.next();
        while (!source_.skip(quote)) {
            if (source_.at_end() || source_.peek() == '\n') expected("the end of this text");
            const char character = source_.next();
            text += character == '\\' ? read_escape() : character;
        }
    }

    char read_escape() {
        if (source_.at_end()) expected("the rest of an escape");
        const char kind = source_.next();
        switch (kind) {
            case 'n':
                return '\n';
            case 't':
                return '\t';
            case 'r':
                return '\r';
            case '\\':
            case '\'':
            case '"':
            case '?':
                return kind;
            case 'x':
                return read_code(16, 2, 0);
            default:
                if (kind >= '0' && kind <= '7') return read_code(8, 2, kind - '0');
                throw Wrong{source_.place(), fmt::format("'\\{}' is no escape", kind)};
        }
    }

    char read_code(int base, int most_digits, int code) {
        for (int digit = 0; digit < most_digits; ++digit) {
            const char character = source_.peek();
            const int value = character >= '0' && character <= '9'   ? character - '0'
                              : character >= 'a' && character <= 'f' ? character - 'a' + 10
                              : character >= 'A' && character <= 'F' ? character - 'A' + 10
                                                                     : base;
            if (value >= base) break;
            code = code * base + value;
            source_.next();
        }
        return static_cast<char>(code);
    }

    void count() {
        if (++nodes_ > limits_.nodes)
            throw Wrong{source_.place(), fmt::format("more than {} values", limits_.nodes)};
    }

    Source source_;
    YamlLimits limits_;
    std::size_t nodes_ = 0;
};

}  // namespace

YamlNode parse_text_format(std::string_view text, int file, Mistakes& mistakes, YamlLimits limits) {
    YamlNode root;
    root.kind = YamlNode::Kind::map;
    root.place = {file, 1, 1};
    if (text.size() > limits.bytes) {
        mistakes.add(root.place, fmt::format("the file has more than {} bytes", limits.bytes));
        return root;
    }
    try {
        Parser(text, file, limits).read(root);
    } catch (const Wrong& wrong) {
        mistakes.add(wrong.place, wrong.message);
    }
    return root;
}

}  // namespace mettle
