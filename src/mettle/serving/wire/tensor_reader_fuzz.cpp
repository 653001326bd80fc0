// The values of an input by their JSON text: whatever it is, the reader answers, and what it takes
// fits the signature.

#include "mettle/serving/wire/fake_slab.hpp"
#include "mettle/serving/wire/tensor_json.hpp"
#include "mettle/serving/wire/tensor_reader.hpp"

#include <cstdlib>

using namespace mettle;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

const Signature kSignature{{{"x", DataType::fp32, {-1, 2}},
                            {"s", DataType::bytes, {-1, -1}},
                            {"h", DataType::fp16, {-1}},
                            {"n", DataType::int64, {}}},
                           {{"y", DataType::fp32, {-1}}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    const std::size_t input = data[0] % kSignature.inputs.size();
    const bool is_row = data[0] >= 128 && kSignature.inputs[input].shape.rank() > 0;
    std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = text.size();
    text.append(64, ' ');
    const std::string_view value = std::string_view(text).substr(0, length);

    static wire::TensorReader reader;
    wire::FakeSlab slab;
    std::vector<std::string> packed;
    for (const TensorSpec& spec : kSignature.inputs) slab.types.push_back(spec.type);
    reader.begin(kSignature, slab, packed);
    const auto taken = is_row ? reader.take_row(input, value) : reader.take_whole(input, value);
    if (!taken) return 0;
    const TensorView& view = slab.inputs.at(input);
    require(kSignature.inputs[input].shape.accepts(view.shape));
    const std::int64_t count = view.shape.element_count().value();
    if (view.type == DataType::bytes)
        require(split_bytes(view.data, count).has_value());
    else
        require(view.data.size() == static_cast<std::size_t>(count) * element_size(view.type));
    std::string again;
    wire::append_nested(again, view);
    require(count == 0 || !again.empty());
    return 0;
}
