#include "mettle/payload/input_maker.hpp"

#include "mettle/base/law_text.hpp"
#include "mettle/base/random.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace mettle::payload {

namespace {

constexpr std::uint64_t kMostPayloads = 100'000;

std::unexpected<Error> invalid(std::string message) {
    return fail(Error::Kind::invalid_input, std::move(message));
}

// The entry of an input, or that of "*".
template <typename T>
const T* entry_of(const std::map<std::string, T>& entries, const std::string& input) {
    const auto own = entries.find(input);
    if (own != entries.end()) return &own->second;
    const auto all = entries.find("*");
    return all == entries.end() ? nullptr : &all->second;
}

std::string text_of(const std::vector<SizeLaw>& shape) {
    std::string text;
    for (const SizeLaw& law : shape) text += (text.empty() ? "" : ",") + law.text();
    return text;
}

bool fits(const Shape& accepted, const std::vector<SizeLaw>& shape) {
    if (accepted.rank() != shape.size()) return false;
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
        if (accepted[axis] >= 0 &&
            !(shape[axis].is_fixed() && shape[axis].most() == accepted[axis]))
            return false;
    }
    return true;
}

}  // namespace

Result<std::pair<std::string, std::vector<SizeLaw>>> parse_shape_law(std::string_view text) {
    const auto wrong = [text](std::string_view why) {
        return invalid(fmt::format("'{}' is not a shape: {}; write INPUT:1,3,224,224", text, why));
    };
    const auto [input, dims] = split_input(text);
    if (input.empty()) return wrong("it names no input");
    std::vector<SizeLaw> shape;
    for (const std::string_view dim : split_outside_parentheses(dims, ',')) {
        if (dim.empty() && dims.empty()) break;  // A scalar.
        if (shape.size() == Shape::kMaxRank) return wrong("it has more than 8 dimensions");
        auto law = SizeLaw::parse(dim);
        if (!law) return wrong(law.error().message);
        shape.push_back(std::move(*law));
    }
    return std::pair{std::string(input), std::move(shape)};
}

Result<std::pair<std::string, ValueLaw>> parse_input_values(std::string_view text) {
    const auto [input, law_text] = split_input(text);
    auto law = ValueLaw::parse(law_text);
    if (!law) return std::unexpected(law.error());
    return std::pair{std::string(input.empty() ? "*" : input), std::move(*law)};
}

const ValueLaw* InputMaker::values_of(const TensorSpec& input) const {
    return entry_of(options_.values, input.name);
}

const std::vector<SizeLaw>* InputMaker::shape_of(const TensorSpec& input) const {
    return entry_of(options_.shapes, input.name);
}

Result<InputMaker> InputMaker::create(Signature signature, MakerOptions options) {
    InputMaker maker(std::move(signature), std::move(options));
    if (auto checked = maker.check(); !checked) return std::unexpected(checked.error());
    if (!maker.options_.data.empty()) {
        auto rows = InputRows::read(maker.options_.data, maker.signature_);
        if (!rows) return std::unexpected(rows.error());
        maker.rows_ = std::move(*rows);
    }
    for (const TensorSpec& input : maker.signature_.inputs) {
        if (auto checked = maker.check_fits(input); !checked)
            return std::unexpected(checked.error());
    }
    return maker;
}

Result<void> InputMaker::check() const {
    const auto known = [&](const std::string& name) {
        return name == "*" || signature_.input(name) != nullptr;
    };
    for (const auto& [name, shape] : options_.shapes) {
        if (!known(name))
            return invalid(fmt::format("--shape names '{}', but the model takes {}", name,
                                       signature_.to_string()));
    }
    for (const auto& [name, law] : options_.values) {
        if (!known(name))
            return invalid(fmt::format("--values names '{}', but the model takes {}", name,
                                       signature_.to_string()));
    }
    return {};
}

Result<void> InputMaker::check_fits(const TensorSpec& input) const {
    if (rows_ && rows_->has(input.name)) return {};
    if (const ValueLaw* law = values_of(input)) {
        const auto misfit = law->misfit(input);
        // Said of all inputs, it is for those that it fits.
        if (misfit && options_.values.contains(input.name)) return invalid("--values: " + *misfit);
    }
    if (const auto* shape = shape_of(input)) {
        if (fits(input.shape, *shape)) return {};
        return invalid(fmt::format("--shape {}:{} does not fit the model's input {}", input.name,
                                   text_of(*shape), input.to_string()));
    }
    if (input.shape.rank() == 0) return {};
    const bool batch_fits = options_.batch.is_fixed() && options_.batch.most() == input.shape[0];
    if (input.shape[0] >= 0 && options_.batch_given && !batch_fits) {
        return invalid(
            fmt::format("-b {} does not fit the model's input {}, whose first dimension "
                        "is fixed",
                        options_.batch.text(), input.to_string()));
    }
    if (record_shape(input).is_dynamic()) {
        return invalid(
            fmt::format("the model's input {} has free dimensions: say how large, as in "
                        "--shape {}:1,3,224,224",
                        input.to_string(), input.name));
    }
    return {};
}

Result<TensorSpec> InputMaker::resolve(const TensorSpec& input, std::uint64_t index) const {
    TensorSpec concrete = input;
    if (const auto* shape = shape_of(input)) {
        for (std::size_t axis = 0; axis < shape->size(); ++axis)
            concrete.shape[axis] = (*shape)[axis].at(options_.seed, index);
    } else if (input.shape.rank() > 0 && input.shape[0] < 0) {
        concrete.shape[0] = options_.batch.at(options_.seed, index);
    }
    const auto count = concrete.shape.element_count();
    if (!count) return std::unexpected(count.error());
    const std::size_t each = std::max<std::size_t>(element_size(input.type), 8);
    if (static_cast<std::size_t>(*count) > kMostBytes / each)
        return fail(
            Error::Kind::too_large,
            fmt::format("an input {} is larger than a payload may be", concrete.to_string()));
    return concrete;
}

std::size_t InputMaker::first_row(std::uint64_t index) {
    while (first_rows_.size() <= index) {
        const auto rows = options_.batch.at(options_.seed, first_rows_.size() - 1);
        first_rows_.push_back((first_rows_.back() + static_cast<std::size_t>(rows)) %
                              rows_->size());
    }
    return first_rows_[index];
}

std::optional<std::uint64_t> InputMaker::whole_data() const {
    if (!rows_) return {};
    std::uint64_t payloads = 0;
    std::size_t rows = 0;
    for (; rows < rows_->size() && payloads < kMostPayloads; ++payloads)
        rows += static_cast<std::size_t>(
            std::max<std::int64_t>(options_.batch.at(options_.seed, payloads), 1));
    return payloads;
}

Result<Tensors> InputMaker::make(std::uint64_t index) {
    Tensors tensors;
    std::uint64_t state = mix(mix(options_.seed) ^ index);
    for (const TensorSpec& input : signature_.inputs) {
        state = mix(state);
        if (rows_ && rows_->has(input.name)) {
            auto tensor =
                rows_->take(input, first_row(index), options_.batch.at(options_.seed, index));
            if (!tensor) return std::unexpected(tensor.error());
            tensors.push_back({input.name, std::move(*tensor)});
            continue;
        }
        const auto concrete = resolve(input, index);
        if (!concrete) return std::unexpected(concrete.error());
        const ValueLaw* law = values_of(input);
        const bool by_law = law && !law->misfit(input);
        tensors.push_back(
            {input.name, by_law ? law->make(*concrete, state) : make_tensor(*concrete, state)});
    }
    return tensors;
}

}  // namespace mettle::payload
