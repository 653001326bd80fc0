#pragma once

#include "mettle/scenario/formula.hpp"

#include <span>

namespace mettle::scenario {

// A function of the expression language.
struct FormulaFunction {
    std::string_view name;
    std::size_t least, most;  // Arguments.
    FormulaType type;
    bool pure;  // The same value for the same arguments.
    Value (*call)(std::span<const Value> arguments, Surroundings& in);
};

inline constexpr std::size_t kMostArguments = 16;

std::span<const FormulaFunction> formula_functions();

}  // namespace mettle::scenario
