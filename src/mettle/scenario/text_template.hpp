#pragma once

// Texts with `${...}` in them. What is known when the scenario is read (${env:NAME}, constants) is
// put in then; the rest is rendered for each use.

#include "mettle/scenario/formula.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mettle::scenario {

// How a value goes into the text round it.
enum class Encoding : std::uint8_t {
    plain,
    url,        // Percent-encoded: a part of a query.
    json,       // As JSON, by its own type: a text with quotes.
    json_part,  // Within the quotes of a JSON text.
};

struct TemplatePart {
    std::string literal;  // Before the formula.
    bool has_formula = false;
    Formula formula;
    Encoding encoding = Encoding::plain;
};

class Template {
public:
    Template() = default;
    explicit Template(std::string literal) { append(literal); }
    static Template of(const Value& value);
    static Template of(Formula formula);

    // Nothing in it depends on a run.
    bool is_static() const;
    const std::string& text() const;  // REQUIRES: is_static()
    bool empty() const { return parts_.empty(); }
    bool needs_answer() const;
    std::optional<KeptValue> constant() const;  // Its value, where a run changes nothing in it.
    // One formula and nothing around it: its value keeps its type. Else none.
    const Formula* only_formula() const;

    // Behind what `out` holds. Gives the source of a formula that has no value, else nothing.
    const std::string* render(Surroundings& in, std::string& out) const;
    // The value of the only formula, or the rendered text, which `in` keeps.
    Value evaluate(Surroundings& in) const;

    // Builders of texts from texts. Encoded: what is added is encoded, the literals too.
    void append(std::string_view literal);
    void append(const Template& other, Encoding encoding = Encoding::plain);
    const std::vector<TemplatePart>& parts() const { return parts_; }

private:
    friend std::expected<Template, FormulaError> parse_template(std::string_view, Symbols&,
                                                                const Environment&);
    void append(Formula formula);

    std::vector<TemplatePart> parts_;
};

// `$${` is a `${` that stands for itself. ${env:NAME:-default} has a value for an unset NAME.
std::expected<Template, FormulaError> parse_template(std::string_view text, Symbols& symbols,
                                                     const Environment& environment);

// As an expression of the same value: for functions of texts.
std::string as_expression(const Template& text);

void append_encoded(std::string& out, const Value& value, Encoding encoding);

}  // namespace mettle::scenario
