#include "mettle/scenario/formula.hpp"

#include "mettle/scenario/formula_functions.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace mettle::scenario {

namespace {

using Op = FormulaOp;

std::string_view text_of(const Value& value, Surroundings& in) {
    if (value.kind == Value::Kind::text) return value.text;
    std::string& text = in.scratch();
    value.append_to(text);
    return text;
}

// Numbers add up; anything else is put one behind the other.
Value add(const Value& left, const Value& right, Surroundings& in) {
    if (left.kind == Value::Kind::number && right.kind == Value::Kind::number)
        return Value::of(left.number + right.number);
    if (left.is_none() || right.is_none()) return {};
    std::string& text = in.scratch();
    left.append_to(text);
    right.append_to(text);
    return Value::of(std::string_view(text));
}

// Nothing, where there is nothing to calculate with.
Value calculate(Op op, const Value& left, const Value& right) {
    double a = 0, b = 0;
    if (!as_number(left, a) || !as_number(right, b)) return {};
    switch (op) {
        case Op::subtract:
            return Value::of(a - b);
        case Op::multiply:
            return Value::of(a * b);
        case Op::divide:
            return b == 0 ? Value{} : Value::of(a / b);
        default:
            return b == 0 ? Value{} : Value::of(std::fmod(a, b));
    }
}

bool compare(Op op, const Value& left, const Value& right) {
    switch (op) {
        case Op::equal:
            return equal(left, right);
        case Op::unequal:
            return !equal(left, right);
        case Op::less:
            return less(left, right);
        case Op::greater:
            return less(right, left);
        case Op::at_most:
            return less(left, right) || (equal(left, right) && !left.is_none());
        default:
            return less(right, left) || (equal(left, right) && !left.is_none());
    }
}

re2::StringPiece piece(std::string_view text) {
    return {text.data(), text.size()};
}

Value capture(const re2::RE2& pattern, std::string_view text) {
    std::array<re2::StringPiece, 2> groups;
    const int wanted = pattern.NumberOfCapturingGroups() > 0 ? 2 : 1;
    if (!pattern.Match(piece(text), 0, text.size(), re2::RE2::UNANCHORED, groups.data(), wanted))
        return {};
    const re2::StringPiece& found = groups[static_cast<std::size_t>(wanted - 1)];
    return Value::of(std::string_view(found.data() ? found.data() : "", found.size()));
}

}  // namespace

Formula Formula::of(const Value& value) {
    FormulaNode node;
    node.value.assign(value);
    return Formula({node}, "");
}

bool Formula::is_constant() const {
    return std::ranges::all_of(nodes_, [](const FormulaNode& node) {
        switch (node.op) {
            case Op::variable:
            case Op::column:
            case Op::answer:
            case Op::json:
            case Op::header:
            case Op::cookie:
            case Op::own:
                return false;
            case Op::call:
                return formula_functions()[node.number].pure;
            default:
                return true;
        }
    });
}

bool Formula::needs_answer() const {
    return std::ranges::any_of(nodes_, [](const FormulaNode& node) {
        return node.op == Op::answer || node.op == Op::json || node.op == Op::header;
    });
}

Value Formula::at(std::uint32_t index, Surroundings& in) const {
    const FormulaNode& node = nodes_[index];
    switch (node.op) {
        case Op::literal:
            return node.value.value();
        case Op::variable:
            return in.variable(node.number);
        case Op::column:
            return in.column(node.number);
        case Op::answer:
            return in.answer(static_cast<AnswerPart>(node.number));
        case Op::json:
            return in.json(node.text);
        case Op::header:
            return in.header(node.text);
        case Op::cookie:
            return in.cookie(node.text);
        case Op::own:
            return Value::of(in.own(static_cast<UserPart>(node.number)));
        case Op::call:
            return call(node, in);
        case Op::negate: {
            double number = 0;
            return as_number(at(node.left, in), number) ? Value::of(-number) : Value{};
        }
        case Op::not_:
            return Value::of(!at(node.left, in).is_true());
        case Op::and_:
            return Value::of(at(node.left, in).is_true() && at(node.right, in).is_true());
        case Op::or_:
            return Value::of(at(node.left, in).is_true() || at(node.right, in).is_true());
        case Op::add:
            return add(at(node.left, in), at(node.right, in), in);
        case Op::subtract:
        case Op::multiply:
        case Op::divide:
        case Op::modulo:
            return calculate(node.op, at(node.left, in), at(node.right, in));
        case Op::contains: {
            const std::string_view text = text_of(at(node.left, in), in);
            return Value::of(text.contains(text_of(at(node.right, in), in)));
        }
        case Op::matches: {
            const std::string_view text = text_of(at(node.left, in), in);
            return Value::of(re2::RE2::PartialMatch(piece(text), *node.pattern));
        }
        case Op::capture: {
            const Value value = at(node.left, in);
            return value.is_none() ? Value{} : capture(*node.pattern, text_of(value, in));
        }
        default:
            return Value::of(compare(node.op, at(node.left, in), at(node.right, in)));
    }
}

Value Formula::call(const FormulaNode& node, Surroundings& in) const {
    std::array<Value, kMostArguments> values;
    for (std::size_t index = 0; index < node.arguments.size(); ++index)
        values[index] = at(node.arguments[index], in);
    return formula_functions()[node.number].call({values.data(), node.arguments.size()}, in);
}

std::string_view name_of(FormulaType type) {
    switch (type) {
        case FormulaType::any:
            return "a value";
        case FormulaType::truth:
            return "true or false";
        case FormulaType::number:
            return "a number";
        case FormulaType::time:
            return "a time";
        case FormulaType::text:
            return "a text";
    }
    return "?";
}

}  // namespace mettle::scenario
