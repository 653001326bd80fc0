// Bodies of /invocations, JSON and CSV: whatever the bytes, the parser answers, and what it accepts
// fits the signature.

#include "mettle/serving/invocations/request.hpp"
#include "mettle/serving/wire/parsed_fits_fuzz.hpp"

#include <array>

using namespace mettle;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    if (size < 1) return 0;
    static const Signature kColumns{{{"a", DataType::fp32, {-1, 1}},
                                     {"b", DataType::int64, {-1}},
                                     {"c", DataType::bytes, {-1}}},
                                    {{"y", DataType::fp32, {-1}}}};
    const std::array<const Signature*, 3> signatures = {&wire::kFuzzOneInput, &wire::kFuzzTwoInputs,
                                                        &kColumns};
    const Signature& signature = *signatures[(data[0] >> 1 & 3) % signatures.size()];
    std::string body(reinterpret_cast<const char*>(data) + 1, size - 1);
    const std::size_t length = body.size();
    body.append(http::Request::kBodyPadding, ' ');

    http::Request request;
    request.body = std::string_view(body).substr(0, length);
    constexpr std::array<std::string_view, 3> kCsv = {"text/csv", "text/csv; header=present",
                                                      "text/csv;header=absent"};
    const std::string_view csv = kCsv[(data[0] >> 3) % kCsv.size()];
    request.headers = {{"Content-Type", data[0] & 1 ? csv : "application/json"}};
    static invocations::RequestParser parser;
    invocations::Request into;
    wire::FakeSlab slab;
    for (const TensorSpec& spec : signature.inputs) slab.types.push_back(spec.type);
    if (parser.parse(request, signature, slab, into))
        wire::require_fits(slab, signature, into.rows);
    return 0;
}
