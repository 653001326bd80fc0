// TorchServe's predictions: whatever the body and its content type, the parser answers, and what it
// accepts fits the signature.

#include "mettle/serving/torchserve/predict_request.hpp"
#include "mettle/serving/wire/parsed_fits_fuzz.hpp"

#include <array>

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr std::array<std::string_view, 4> kTypes = {
        "application/json", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded",
        "application/octet-stream"};
    static const Signature kBytes{{{"s", DataType::bytes, {-1}}}, {{"y", DataType::fp32, {-1}}}};
    const std::array<const Signature*, 3> signatures = {&wire::kFuzzOneInput, &wire::kFuzzTwoInputs,
                                                        &kBytes};
    const Signature& signature = *signatures[(data[0] >> 3) % signatures.size()];
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = body.size();
    body.append(http::Request::kBodyPadding, ' ');

    http::Request request;
    const std::string_view text = std::string_view(body).substr(0, length);
    (data[0] & 4 ? request.query : request.body) = text;
    request.headers = {{"Content-Type", kTypes[data[0] & 3]}};
    static torchserve::PredictRequestParser parser;
    torchserve::PredictRequest into;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
    if (parser.parse(request, signature, slab, into))
        wire::require_fits(slab, signature, into.rows);
    return 0;
}
