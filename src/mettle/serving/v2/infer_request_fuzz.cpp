// V2 inference requests, JSON alone and with binary tensors behind it: whatever the bytes, the
// parser answers, and what it accepts fits the signature.

#include "mettle/serving/v2/infer_request.hpp"
#include "mettle/serving/wire/fake_slab.hpp"

#include <cstdlib>
#include <cstring>

using namespace mettle;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

const Signature kSignature{
    {{"x", DataType::fp32, {-1, 2}},
     {"s", DataType::bytes, {-1}},
     {"b", DataType::boolean, {-1, 1, 1}}},
    {{"y", DataType::fp32, {-1}}},
};

const Signature kOneInput{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 2) return 0;
    std::uint16_t split = 0;
    std::memcpy(&split, data, 2);
    std::string body(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::size_t length = body.size();
    body.append(64, ' ');
    std::optional<std::size_t> json_size;
    if (split > 0) json_size = split % (length + 1);

    static v2::InferRequestParser parser;
    v2::InferRequest request;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : kSignature.inputs) slab.types.push_back(spec.type);
    // A raw binary request is for a model of one input.
    const Signature& signature = json_size == 0 ? kOneInput : kSignature;
    if (!parser.parse(std::string_view(body).substr(0, length), json_size, signature, slab,
                      request))
        return 0;
    for (std::size_t index = 0; index < signature.inputs.size(); ++index) {
        const TensorView& view = slab.inputs.at(index);
        require(signature.inputs[index].shape.accepts(view.shape));
        const std::int64_t count = view.shape.element_count().value();
        if (view.type == DataType::bytes)
            require(split_bytes(view.data, count).has_value());
        else
            require(view.data.size() == static_cast<std::size_t>(count) * element_size(view.type));
    }
    return 0;
}
