// The typed predict route: whatever the bytes, the parser answers, what it accepts fits the
// signature, and what it refuses is in the form of a 422.

#include "mettle/serving/predict/request.hpp"
#include "mettle/serving/wire/fake_slab.hpp"

#include <cstdlib>

using namespace mettle;

namespace {

void require(bool condition) {
    if (!condition) std::abort();
}

const Signature kOne{{{"x", DataType::fp32, {-1, 2}}}, {{"y", DataType::fp32, {-1}}}};
const Signature kTwo{{{"x", DataType::fp32, {-1, 1}}, {"s", DataType::bytes, {-1}}},
                     {{"y", DataType::fp32, {-1}}}};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    const Signature& signature = data[0] & 1 ? kTwo : kOne;
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = body.size();
    body.append(64, ' ');
    const std::string_view text = std::string_view(body).substr(0, length);

    static predict::RequestParser parser;
    predict::Request request;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
    const auto parsed = parser.parse(text, signature, slab, request);
    if (!parsed) {
        require(parsed.error().message.starts_with(R"({"detail":[{)"));
        return 0;
    }
    require(request.rows >= 1);
    for (std::size_t input = 0; input < signature.inputs.size(); ++input) {
        const TensorView& view = slab.inputs.at(input);
        require(signature.inputs[input].shape.accepts(view.shape));
        require(view.shape[0] == request.rows);
        const std::int64_t count = view.shape.element_count().value();
        if (view.type == DataType::bytes)
            require(split_bytes(view.data, count).has_value());
        else
            require(view.data.size() == static_cast<std::size_t>(count) * element_size(view.type));
    }
    return 0;
}
