// The typed predict route: whatever the bytes, the parser answers, what it accepts fits the
// signature, and what it refuses is in the form of a 422.

#include "mettle/serving/predict/request.hpp"
#include "mettle/serving/wire/parsed_fits_fuzz.hpp"

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    const Signature& signature = data[0] & 1 ? wire::kFuzzTwoInputs : wire::kFuzzOneInput;
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
        wire::require(parsed.error().message.starts_with(R"({"detail":[{)"));
        return 0;
    }
    wire::require_fits(slab, signature, request.rows);
    return 0;
}
