#include "mettle/results/expression.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// What is read can be written, and read back as the same metric and operator.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::results;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto lasting = parse_lasting_expression(text);
    if (!lasting) return 0;
    const Expression& first = lasting->expression;
    const auto again = parse_expression(first.to_string());
    if (!again || again->metric != first.metric || again->op != first.op ||
        again->task != first.task || again->unit != first.unit)
        std::abort();
    evaluate(first, RunResult{});
    return 0;
}
