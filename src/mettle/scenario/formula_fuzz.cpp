#include "mettle/scenario/formula.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>

namespace {

using namespace mettle::scenario;

// Gives something of each kind.
class Anything final : public Surroundings {
public:
    Value variable(std::uint32_t number) override {
        return number % 2 == 0 ? Value::of(static_cast<double>(number)) : Value{};
    }
    Value column(std::uint32_t) override { return Value::of_digits("12345678901234567890"); }
    Value answer(AnswerPart part) override {
        return part == AnswerPart::body ? Value::of(std::string_view("a body")) : Value::of(200.0);
    }
    Value json(const std::string& pointer) override { return Value::of(std::string_view(pointer)); }
    Value header(std::string_view) override { return {}; }
    Value cookie(std::string_view name) override { return Value::of(name); }
    double own(UserPart) override { return 7; }
    std::uint64_t counter() override { return ++count_; }
    mettle::load::Random& random() override { return random_; }
    std::string& scratch() override { return texts_.emplace_back(); }

private:
    mettle::load::Random random_{1};
    std::uint64_t count_ = 0;
    std::deque<std::string> texts_;
};

}  // namespace

// What is read can be evaluated, and an error stands within the text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    Symbols symbols;
    const auto formula = parse_formula(text, symbols, [](const std::string&) { return nullptr; });
    if (!formula) {
        if (formula.error().at > size || formula.error().message.empty()) std::abort();
        return 0;
    }
    // A million letters from a few bytes, many times over, would say nothing about the language.
    if (text.contains("random.text")) return 0;
    Anything anything;
    std::string out;
    formula->evaluate(anything).append_json_to(out);
    return 0;
}
