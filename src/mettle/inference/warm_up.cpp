#include "mettle/inference/warm_up.hpp"

#include "mettle/inference/sample_inputs.hpp"
#include "mettle/tensor/tensor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <random>

namespace mettle {

namespace {

// The values of one row, as often as there are rows.
Result<Tensor> values_of(const WarmUpInput& input, std::int64_t rows) {
    Shape shape = input.dims;
    if (rows > 0) {
        shape = Shape{rows};
        for (const std::int64_t dim : input.dims.dims()) {
            if (shape.rank() == Shape::kMaxRank)
                return fail(Error::Kind::invalid_input,
                            fmt::format("input '{}' has too many dimensions", input.name));
            shape.push_back(dim);
        }
    }
    const auto count = shape.element_count();
    constexpr std::int64_t kMost = std::int64_t{1} << 28;
    if (!count || *count > kMost)
        return fail(Error::Kind::too_large,
                    fmt::format("input '{}' of shape {} is too large for a warm-up", input.name,
                                shape.to_string()));
    if (input.type == DataType::bytes && input.fill != WarmUpInput::Fill::bytes)
        return pack_bytes(std::vector<std::string>(static_cast<std::size_t>(*count)), shape);
    if (input.fill == WarmUpInput::Fill::bytes) {
        const std::size_t copies = rows > 0 ? static_cast<std::size_t>(rows) : 1;
        Tensor tensor(input.type, shape, input.bytes.size() * copies);
        for (std::size_t copy = 0; copy < copies; ++copy)
            std::ranges::copy(input.bytes,
                              tensor.data().begin() + static_cast<long>(copy * input.bytes.size()));
        return tensor;
    }
    Tensor tensor(input.type, shape);
    std::ranges::fill(tensor.data(), std::byte{0});
    if (input.fill == WarmUpInput::Fill::noise && input.type == DataType::fp32) {
        std::mt19937 random(1);
        std::uniform_real_distribution<float> noise(0, 1);
        std::ranges::generate(tensor.as<float>(), [&] { return noise(random); });
    } else if (input.fill == WarmUpInput::Fill::noise) {
        // Small whole numbers: random bits would be indices out of every range.
        std::mt19937 random(1);
        const std::size_t size = element_size(input.type);
        for (std::size_t at = 0; at < tensor.data().size(); at += size)
            if (is_integer(input.type)) tensor.data()[at] = static_cast<std::byte>(random() % 2);
    }
    return tensor;
}

Result<void> check_size(const Tensor& tensor, const WarmUpInput& input) {
    if (input.type == DataType::bytes) {
        const auto elements = split_bytes(tensor.data(), tensor.shape.element_count().value_or(0));
        if (!elements) return std::unexpected(elements.error());
        return {};
    }
    const auto wanted = static_cast<std::size_t>(tensor.shape.element_count().value_or(0)) *
                        element_size(input.type);
    if (tensor.data().size() == wanted) return {};
    return fail(Error::Kind::invalid_input,
                fmt::format("input '{}' of shape {} takes {} bytes, and the file gives {}",
                            input.name, tensor.shape.to_string(), wanted, tensor.data().size()));
}

Result<void> run_one(Model& model, const WarmUp& warm_up) {
    const Signature& signature = model.run_signature();
    std::vector<Tensor> tensors(signature.inputs.size());
    const auto whole_slab = model.make_slab();
    Slab& slab = whole_slab->inner();
    for (std::size_t index = 0; index < signature.inputs.size(); ++index) {
        const auto input =
            std::ranges::find(warm_up.inputs, signature.inputs[index].name, &WarmUpInput::name);
        if (input == warm_up.inputs.end())
            return fail(Error::Kind::invalid_input,
                        fmt::format("it leaves out the input '{}'", signature.inputs[index].name));
        auto values = values_of(*input, warm_up.rows);
        if (!values) return std::unexpected(values.error());
        if (auto fits = check_size(*values, *input); !fits) return fits;
        tensors[index] = *std::move(values);
        slab.borrow_input(index, tensors[index].view());
    }
    for (int run = 0; run < warm_up.count; ++run)
        if (auto ran = model.run(slab, nullptr); !ran) return ran;
    return {};
}

}  // namespace

Result<void> run_warm_ups(Model& model, const std::vector<WarmUp>& warm_ups) {
    for (const WarmUp& warm_up : warm_ups) {
        const auto ran = run_one(model, warm_up);
        if (ran) continue;
        return fail(ran.error().kind,
                    fmt::format("its warm-up '{}' failed: {}", warm_up.name, ran.error().message));
    }
    return {};
}

Result<void> run_made_up_warm_ups(Model& model, std::int64_t most_rows) {
    const Signature& signature = model.run_signature();
    const TimePoint stop = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    const std::int64_t most = signature.batches() ? most_rows : 1;
    const auto whole_slab = model.make_slab();
    for (std::int64_t rows = 1;; rows = std::min(2 * rows, most)) {
        fill_with_zeros(whole_slab->inner(), signature, rows);
        const auto ran = model.run(whole_slab->inner(), nullptr);
        if (!ran && rows == 1) return ran;
        if (!ran || rows >= most || std::chrono::steady_clock::now() > stop) return {};
    }
}

}  // namespace mettle
