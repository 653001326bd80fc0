// TF Serving's requests, by row, by column and as examples: whatever the bytes, the parser answers,
// and what it accepts fits the signature.

#include "mettle/serving/tfs/predict_request.hpp"
#include "mettle/serving/wire/parsed_fits_fuzz.hpp"

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    const Signature& signature = data[0] & 1 ? wire::kFuzzTwoInputs : wire::kFuzzOneInput;
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = body.size();
    body.append(64, ' ');
    const std::string_view text = std::string_view(body).substr(0, length);

    static tfs::PredictRequestParser parser;
    tfs::PredictRequest request;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
    const auto parsed = data[0] & 2 ? parser.parse_examples(text, signature, slab, request)
                                    : parser.parse(text, signature, slab, request);
    if (!parsed) return 0;
    wire::require_fits(slab, signature, request.rows);
    return 0;
}
