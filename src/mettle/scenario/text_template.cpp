#include "mettle/scenario/text_template.hpp"

#include "mettle/base/assert.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace mettle::scenario {

namespace {

constexpr std::size_t kMostParts = 10'000;

// Of a constant formula, which asks for nothing but room.
class Nowhere final : public Surroundings {
public:
    Value variable(std::uint32_t) override { return {}; }
    Value column(std::uint32_t) override { return {}; }
    Value answer(AnswerPart) override { return {}; }
    Value json(const std::string&) override { return {}; }
    Value header(std::string_view) override { return {}; }
    Value cookie(std::string_view) override { return {}; }
    double own(UserPart) override { return 0; }
    std::uint64_t counter() override { return 0; }
    load::Random& random() override { return random_; }
    std::string& scratch() override {
        texts_.push_back(std::make_unique<std::string>());
        return *texts_.back();
    }

private:
    load::Random random_{0};
    std::vector<std::unique_ptr<std::string>> texts_;
};

// The end of the expression that begins at `at`: the } that is not in quotes.
std::size_t end_of_expression(std::string_view text, std::size_t at) {
    char quote = '\0';
    for (; at < text.size(); ++at) {
        const char character = text[at];
        if (quote != '\0') {
            if (character == '\\')
                ++at;
            else if (character == quote)
                quote = '\0';
        } else if (character == '"' || character == '\'') {
            quote = character;
        } else if (character == '}') {
            return at;
        }
    }
    return std::string_view::npos;
}

// "env:NAME:-default": what stands in for it.
std::expected<std::string, FormulaError> environment_value(std::string_view source, std::size_t at,
                                                           const Environment& environment) {
    std::string_view name = source.substr(4);
    const auto split = name.find(":-");
    const bool has_default = split != std::string_view::npos;
    const std::string_view fallback = has_default ? name.substr(split + 2) : std::string_view{};
    name = name.substr(0, split);
    const char* value = environment ? environment(std::string(name)) : nullptr;
    if (value && (*value != '\0' || !has_default)) return value;
    if (has_default) return std::string(fallback);
    return std::unexpected(FormulaError{
        at, fmt::format("the environment has no variable {}: set it, or give a default with "
                        "${{env:{}:-default}}",
                        name, name)});
}

void append_percent_encoded(std::string& out, std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    for (const char character : text) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte < 0x80 && (std::isalnum(byte) || std::string_view("-._~").contains(character))) {
            out += character;
        } else {
            out += '%';
            out += kHex[byte >> 4];
            out += kHex[byte & 15];
        }
    }
}

}  // namespace

void append_encoded(std::string& out, const Value& value, Encoding encoding) {
    switch (encoding) {
        case Encoding::plain:
            value.append_to(out);
            return;
        case Encoding::json:
            value.append_json_to(out);
            return;
        case Encoding::url:
        case Encoding::json_part: {
            if (value.kind == Value::Kind::text && encoding == Encoding::url)
                return append_percent_encoded(out, value.text);
            std::string text;
            value.append_to(text);
            if (encoding == Encoding::url) return append_percent_encoded(out, text);
            std::string quoted;
            append_json_text(quoted, text);
            out.append(quoted, 1, quoted.size() - 2);
            return;
        }
    }
}

bool Template::is_static() const {
    return parts_.empty() || (parts_.size() == 1 && !parts_[0].has_formula);
}

const std::string& Template::text() const {
    static const std::string kNone;
    METTLE_ASSERT(is_static());
    return parts_.empty() ? kNone : parts_[0].literal;
}

Template Template::of(const Value& value) {
    Template result;
    result.append(Formula::of(value));
    return result;
}

// What a run does not change is text already.
Template Template::of(Formula formula) {
    Template result;
    if (formula.is_constant()) {
        Nowhere nowhere;
        std::string text;
        formula.evaluate(nowhere).append_to(text);
        result.append(text);
    } else {
        result.append(std::move(formula));
    }
    return result;
}

std::optional<KeptValue> Template::constant() const {
    const Formula* formula = only_formula();
    if (!is_static() && !(formula && formula->is_constant())) return {};
    Nowhere nowhere;
    return KeptValue(evaluate(nowhere));
}

bool Template::needs_answer() const {
    return std::ranges::any_of(parts_, [](const TemplatePart& part) {
        return part.has_formula && part.formula.needs_answer();
    });
}

const Formula* Template::only_formula() const {
    const bool only = parts_.size() == 1 && parts_[0].has_formula && parts_[0].literal.empty();
    return only ? &parts_[0].formula : nullptr;
}

const std::string* Template::render(Surroundings& in, std::string& out) const {
    for (const TemplatePart& part : parts_) {
        out += part.literal;
        if (!part.has_formula) continue;
        const Value value = part.formula.evaluate(in);
        if (value.is_none() && part.encoding != Encoding::json) return &part.formula.source();
        append_encoded(out, value, part.encoding);
    }
    return nullptr;
}

Value Template::evaluate(Surroundings& in) const {
    if (const Formula* formula = only_formula()) return formula->evaluate(in);
    if (is_static()) return Value::of(std::string_view(text()));
    std::string& rendered = in.scratch();
    if (render(in, rendered)) return {};
    return Value::of(std::string_view(rendered));
}

void Template::append(std::string_view literal) {
    if (literal.empty()) return;
    if (parts_.empty() || parts_.back().has_formula) parts_.emplace_back();
    parts_.back().literal += literal;
}

void Template::append(Formula formula) {
    if (parts_.empty() || parts_.back().has_formula) parts_.emplace_back();
    parts_.back().has_formula = true;
    parts_.back().formula = std::move(formula);
}

void Template::append(const Template& other, Encoding encoding) {
    for (const TemplatePart& part : other.parts_) {
        std::string literal;
        if (!part.literal.empty())
            append_encoded(literal, Value::of(std::string_view(part.literal)), encoding);
        append(literal);
        if (!part.has_formula) continue;
        append(part.formula);
        parts_.back().encoding = encoding == Encoding::plain ? part.encoding : encoding;
    }
}

std::expected<Template, FormulaError> parse_template(std::string_view text, Symbols& symbols,
                                                     const Environment& environment) {
    Template result;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto begin = text.find("${", at);
        if (begin == std::string_view::npos) break;
        if (begin > at && text[begin - 1] == '$') {
            result.append(text.substr(at, begin - 1 - at));
            result.append("${");
            at = begin + 2;
            continue;
        }
        result.append(text.substr(at, begin - at));
        const std::size_t end = end_of_expression(text, begin + 2);
        if (end == std::string_view::npos)
            return std::unexpected(FormulaError{begin,
                                                "'${' without a '}' behind it; write $${ "
                                                "for one that stands for itself"});
        if (result.parts_.size() > kMostParts)
            return std::unexpected(FormulaError{begin, "more than 10,000 ${...} in one text"});
        const std::string_view source = text.substr(begin + 2, end - begin - 2);
        at = end + 1;
        if (source.starts_with("env:")) {
            auto value = environment_value(source, begin + 2, environment);
            if (!value) return std::unexpected(value.error());
            result.append(*value);
            continue;
        }
        symbols.set_base(begin + 2);
        auto formula = parse_formula(source, symbols, environment);
        if (!formula)
            return std::unexpected(
                FormulaError{begin + 2 + formula.error().at, formula.error().message});
        const bool alone = begin == 0 && at == text.size();
        if (formula->is_constant() && !alone) {
            Nowhere nowhere;
            std::string value;
            formula->evaluate(nowhere).append_to(value);
            result.append(value);
        } else {
            result.append(std::move(*formula));
        }
    }
    result.append(text.substr(std::min(at, text.size())));
    return result;
}

std::string as_expression(const Template& text) {
    std::string source;
    const auto add = [&](const std::string& part) {
        source += (source.empty() ? "" : " + ") + part;
    };
    for (const TemplatePart& part : text.parts()) {
        if (!part.literal.empty()) {
            std::string quoted = "\"";
            for (const char character : part.literal) {
                if (character == '"' || character == '\\') quoted += '\\';
                quoted += character;
            }
            add(quoted + "\"");
        }
        if (part.has_formula) add("text(" + part.formula.source() + ")");
    }
    return source.empty() ? "\"\"" : source;
}

}  // namespace mettle::scenario
