#pragma once

// The expressions of a scenario, in `${...}`, `if`, `until`, checks and extractions: numbers, times
// (200ms), texts, comparisons, and/or/not, arithmetic, variables, rows of data (rows.name),
// functions (random.int(1, 6)), and the last answer (status, latency, body, json:/a/b, header:Name,
// cookie:name). Compiled once, with the types that are known then; a value that only a run knows
// may be of any.

#include "mettle/load/random.hpp"
#include "mettle/scenario/symbols.hpp"
#include "mettle/scenario/value.hpp"

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace mettle::scenario {

enum class AnswerPart : std::uint8_t { status, latency, body, events };
enum class UserPart : std::uint8_t { user, iteration };

// What a formula asks for while it is evaluated. Texts that it gives live until the evaluation is
// over.
class Surroundings {
public:
    virtual ~Surroundings() = default;
    virtual Value variable(std::uint32_t number) = 0;
    virtual Value column(std::uint32_t number) = 0;
    virtual Value answer(AnswerPart part) = 0;  // Times are in ms. Nothing where there is none.
    virtual Value json(const std::string& pointer) = 0;
    virtual Value header(std::string_view name) = 0;
    virtual Value cookie(std::string_view name) = 0;
    virtual double own(UserPart part) = 0;
    virtual std::uint64_t counter() = 0;  // Another number each time, among all users.
    virtual load::Random& random() = 0;
    virtual std::string& scratch() = 0;  // Empty, and nobody else's until the evaluation is over.
};

// Environment variables; nullptr where there is no such.
using Environment = std::function<const char*(const std::string& name)>;

enum class FormulaType : std::uint8_t { any, truth, number, time, text };

enum class FormulaOp : std::uint8_t {
    literal,
    variable,
    column,
    answer,
    json,
    header,
    cookie,
    own,
    call,
    negate,
    not_,
    and_,
    or_,
    add,
    subtract,
    multiply,
    divide,
    modulo,
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    contains,
    matches,
    capture,  // The first group of a pattern, or what it matches.
};

struct FormulaNode {
    FormulaOp op = FormulaOp::literal;
    FormulaType type = FormulaType::any;
    std::uint32_t left = 0, right = 0;     // Of operators: other nodes.
    std::uint32_t number = 0;              // A variable, column, part or function.
    std::vector<std::uint32_t> arguments;  // Of a call.
    KeptValue value;                       // Of a literal.
    std::string text;                      // A pointer, or the name of a header or cookie.
    std::shared_ptr<const re2::RE2> pattern;
};

class Formula {
public:
    Formula() = default;
    Formula(std::vector<FormulaNode> nodes, std::string source)
        : nodes_(std::move(nodes)), source_(std::move(source)) {}
    static Formula of(const Value& value);

    Value evaluate(Surroundings& in) const { return at(root(), in); }
    FormulaType type() const { return nodes_[root()].type; }
    bool is_constant() const;   // The same whenever it is evaluated, whatever there is.
    bool needs_answer() const;  // Asks for the last answer.
    const std::string& source() const { return source_; }

private:
    std::uint32_t root() const { return static_cast<std::uint32_t>(nodes_.size() - 1); }
    Value at(std::uint32_t index, Surroundings& in) const;
    Value call(const FormulaNode& node, Surroundings& in) const;

    std::vector<FormulaNode> nodes_{FormulaNode{}};  // Children before their parents.
    std::string source_;
};

struct FormulaError {
    std::size_t at = 0;  // In the source, from 0.
    std::string message;
};

// The whole text. Names go to `symbols`, in its current place and scope.
std::expected<Formula, FormulaError> parse_formula(std::string_view text, Symbols& symbols,
                                                   const Environment& environment);
// What a regular expression finds in the answer's body: its first group, or all of it.
std::expected<Formula, FormulaError> parse_capture(std::string_view pattern);

std::string_view name_of(FormulaType type);  // "a number"

}  // namespace mettle::scenario
