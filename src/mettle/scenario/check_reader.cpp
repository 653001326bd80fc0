#include "mettle/scenario/read_context.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mettle::scenario {

namespace {

std::string in_quotes(std::string_view text) {
    std::string quoted = "\"";
    for (const char character : text) {
        if (character == '"' || character == '\\') quoted += '\\';
        quoted += character;
    }
    return quoted + '"';
}

class CheckReader {
public:
    explicit CheckReader(ReadContext& context) : context_(context) {}

    std::vector<Check> read(const YamlNode& node) {
        if (!node.is_list()) {
            read_one(node);
            return std::move(checks_);
        }
        for (const YamlNode& item : node.items) read_one(item);
        return std::move(checks_);
    }

private:
    void read_one(const YamlNode& node) {
        if (node.is_scalar()) {
            add_formula(context_.formula(node, "a check"), node.text);
            return;
        }
        KeyReader keys(context_, node, "a check");
        const std::size_t before = checks_.size();
        if (const YamlNode* status = keys.take("status")) read_status(*status);
        if (const YamlNode* text = keys.take("body_contains")) read_contains(*text);
        if (const YamlNode* pattern = keys.take("body_matches")) read_matches(*pattern);
        if (const YamlNode* json = keys.take("json")) read_json(*json);
        if (const YamlNode* header = keys.take("header")) read_header(*header);
        if (const YamlNode* latency = keys.take("latency")) read_latency(*latency);
        if (const YamlNode* expression = keys.take("expression"))
            add_formula(context_.formula(*expression, "expression"), expression->text);
        if (const YamlNode* name = keys.take("name")) {
            const std::string text = context_.text(*name, "name");
            for (std::size_t index = before; index < checks_.size(); ++index)
                checks_[index].name = text;
        }
        keys.finish();
        if (node.is_map() && checks_.size() == before && context_.mistakes.empty())
            context_.wrong(node, "a check without anything to check");
    }

    void add_formula(Formula formula, std::string name, std::optional<Formula> shown = {}) {
        Check check;
        check.formula = std::move(formula);
        check.name = std::move(name);
        check.shown = std::move(shown);
        checks_.push_back(std::move(check));
    }

    // 200, 2xx, or a list of them.
    void read_status(const YamlNode& node) {
        Check check;
        check.kind = Check::Kind::status;
        std::vector<std::string> names;
        const auto add = [&](const YamlNode& item) {
            const std::string text = context_.text(item, "status");
            if (text.size() == 3 && text[0] >= '1' && text[0] <= '5' && text.ends_with("xx")) {
                const int hundred = (text[0] - '0') * 100;
                check.statuses.push_back({hundred, hundred + 99});
            } else if (const auto status = context_.whole(item, "status", 100, 599)) {
                check.statuses.push_back({static_cast<int>(*status), static_cast<int>(*status)});
            }
            names.push_back(text);
        };
        if (node.is_list())
            for (const YamlNode& item : node.items) add(item);
        else
            add(node);
        check.name = fmt::format("{}", fmt::join(names, " or "));
        checks_.push_back(std::move(check));
    }

    // Made of a source of its own, in which texts are expressions already.
    Formula made(const YamlNode& node, const std::string& source) {
        return context_.made_formula(node, source);
    }
    std::string source_of(const YamlNode& node, std::string_view what) {
        return as_expression(context_.text_template(node, what));
    }

    void read_contains(const YamlNode& node) {
        const std::string source = source_of(node, "body_contains");
        add_formula(made(node, "body contains (" + source + ")"),
                    fmt::format("body contains '{}'", node.text));
    }

    void read_matches(const YamlNode& node) {
        const std::string pattern = context_.text(node, "body_matches");
        add_formula(made(node, "body matches " + in_quotes(pattern)),
                    fmt::format("body matches '{}'", pattern));
    }

    void read_json(const YamlNode& node) {
        if (!node.is_map())
            return context_.wrong(node, fmt::format("json is a map of pointers and values, as "
                                                    "{{/state: done}}, not {}",
                                                    node.kind_name()));
        for (const YamlEntry& entry : node.entries) {
            const std::string pointer = "json:" + in_quotes(entry.key);
            if (!entry.key.starts_with('/') && !entry.key.empty()) {
                context_.mistakes.add(entry.place, fmt::format("'{}' is no JSON pointer: write "
                                                               "'/{}'",
                                                               entry.key, entry.key));
                continue;
            }
            add_formula(made(entry.value, pointer + " == " + json_value(entry.value)),
                        fmt::format("json {} is {}", entry.key,
                                    entry.value.is_null() ? "null" : entry.value.text),
                        made(entry.value, pointer));
        }
    }

    std::string json_value(const YamlNode& node) {
        if (node.is_null()) return "null";
        if (!node.is_scalar()) {
            context_.wrong(node,
                           "a JSON value is compared with a plain value; write "
                           "'expression' for more");
            return "null";
        }
        const bool plain = !node.quoted && (is_json_number(node.text) || node.text == "true" ||
                                            node.text == "false");
        if (plain) return node.text;
        const Template text = context_.text_template(node, "json");
        const Formula* formula = text.only_formula();
        return "(" + (formula ? formula->source() : as_expression(text)) + ")";
    }

    void read_header(const YamlNode& node) {
        if (!node.is_map())
            return context_.wrong(node, fmt::format("header is a map of names and what their "
                                                    "values contain, not {}",
                                                    node.kind_name()));
        for (const YamlEntry& entry : node.entries) {
            if (!is_header_name(entry.key)) {
                context_.mistakes.add(entry.place,
                                      fmt::format("'{}' is no header's name", entry.key));
                continue;
            }
            const std::string header = "header:" + in_quotes(entry.key);
            add_formula(
                made(entry.value, header + " contains (" + source_of(entry.value, "header") + ")"),
                fmt::format("header {} contains '{}'", entry.key, entry.value.text),
                made(entry.value, header));
        }
    }

    // "200ms" or "< 200ms"
    void read_latency(const YamlNode& node) {
        std::string text = context_.text(node, "latency");
        if (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0)
            text = "< " + text;
        add_formula(context_.formula(node, "latency " + text, 0), "latency " + text);
    }

    ReadContext& context_;
    std::vector<Check> checks_;
};

// "json:/a", "/a", "header:X", "regex:...", any expression.
Formula extraction_formula(ReadContext& context, const YamlNode& node) {
    const std::string_view text = node.text;
    if (!node.is_scalar()) return context.formula(node, "what is extracted");
    if (text.starts_with('/')) return context.formula(node, "json:" + in_quotes(text), 0);
    if (!text.starts_with("regex:")) return context.formula(node, "what is extracted");
    auto formula = parse_capture(text.substr(6));
    if (formula) return std::move(*formula);
    context.wrong(node, formula.error().message);
    return {};
}

}  // namespace

std::vector<Check> read_checks(ReadContext& context, const YamlNode& node) {
    return CheckReader(context).read(node);
}

void read_extractions(ReadContext& context, const YamlNode& node,
                      std::vector<Extraction>& extractions) {
    if (!node.is_map())
        return context.wrong(node, fmt::format("extract is a map of variables and where they come "
                                               "from, not {}",
                                               node.kind_name()));
    for (const YamlEntry& entry : node.entries) {
        if (!context.variable_name(entry.key, entry.place)) continue;
        Extraction extraction;
        const YamlNode* from = &entry.value;
        if (entry.value.is_map()) {
            KeyReader keys(context, entry.value, "an extraction");
            from = keys.take("from");
            if (const YamlNode* fallback = keys.take("default"))
                extraction.fallback = context.value_template(*fallback, "default");
            keys.finish();
            if (!from) {
                context.wrong(entry.value, "an extraction needs 'from: json:/pointer'");
                continue;
            }
        }
        extraction.formula = extraction_formula(context, *from);
        extraction.source = from->text;
        extraction.variable = context.scenario.symbols.define(entry.key);
        extractions.push_back(std::move(extraction));
    }
}

}  // namespace mettle::scenario
