// The typed predict route: whatever the bytes and however they come, the parser answers, what it
// accepts fits the signature, and what it refuses is in the form of a 422.

#include "mettle/serving/predict/request.hpp"
#include "mettle/serving/wire/parsed_fits_fuzz.hpp"

using namespace mettle;

static const Signature kTexts{{{"text", DataType::bytes, {-1}}},
                              {{"label", DataType::bytes, {-1}}}};

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    constexpr std::string_view kTypes[] = {"application/json", "multipart/form-data; boundary=b",
                                           "image/png", "text/plain"};
    const std::string_view type = kTypes[data[0] >> 1 & 3];
    const Signature& signature = data[0] & 8   ? kTexts
                                 : data[0] & 1 ? wire::kFuzzTwoInputs
                                               : wire::kFuzzOneInput;
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = body.size();
    body.append(64, ' ');
    const std::string_view text = std::string_view(body).substr(0, length);

    static predict::RequestParser parser;
    predict::Request request;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
    const auto parsed = parser.parse(type, text, signature, slab, request);
    if (!parsed) {
        wire::require(request.refusal.starts_with(R"({"detail":[{)") ||
                      parsed.error().kind == Error::Kind::too_large);
        return 0;
    }
    wire::require_fits(slab, signature, request.rows);
    return 0;
}
