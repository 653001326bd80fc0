#include "mettle/tensor/signature.hpp"

#include <fmt/ranges.h>

#include <algorithm>

namespace mettle {

namespace {

const TensorSpec* find(const std::vector<TensorSpec>& specs, std::string_view name) {
    const auto found = std::ranges::find(specs, name, &TensorSpec::name);
    return found == specs.end() ? nullptr : &*found;
}

std::string list(const std::vector<TensorSpec>& specs) {
    std::vector<std::string> texts;
    for (const TensorSpec& spec : specs) texts.push_back(spec.to_string());
    return fmt::format("{}", fmt::join(texts, ", "));
}

bool has_rows(const TensorSpec& spec) {
    return spec.shape.rank() > 0 && spec.shape[0] < 0;
}

}  // namespace

std::string TensorSpec::to_string() const {
    return fmt::format("{} {}{}", name, name_of(type), shape.to_string());
}

bool Signature::batches() const {
    return !inputs.empty() && std::ranges::all_of(inputs, has_rows) &&
           std::ranges::all_of(outputs, has_rows);
}

const TensorSpec* Signature::input(std::string_view name) const {
    return find(inputs, name);
}
const TensorSpec* Signature::output(std::string_view name) const {
    return find(outputs, name);
}

const TensorSpec& Signature::input_at(std::size_t index) const {
    return index < inputs.size() ? inputs[index] : optional_inputs[index - inputs.size()];
}

std::optional<std::size_t> Signature::index_of_input(std::string_view name) const {
    if (const TensorSpec* spec = input(name)) return static_cast<std::size_t>(spec - inputs.data());
    if (const TensorSpec* spec = find(optional_inputs, name))
        return inputs.size() + static_cast<std::size_t>(spec - optional_inputs.data());
    return std::nullopt;
}

std::string Signature::to_string() const {
    const std::string may = optional_inputs.empty() ? "" : ", optional " + list(optional_inputs);
    return fmt::format("{}{} -> {}", list(inputs), may, list(outputs));
}

}  // namespace mettle
