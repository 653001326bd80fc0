#include "mettle/protocols/tfs/metadata.hpp"
#include "mettle/protocols/tfs/predict.hpp"

#include <cstddef>
#include <cstdint>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    using namespace mettle::protocols;
    const std::string_view body(reinterpret_cast<const char*>(data), size);
    tfs::parse_status(body);
    const auto metadata = tfs::parse_metadata(body);
    if (metadata) tfs::natural_format(metadata->signature);
    const Signature one{{}, {{"y", DataType::fp32, {-1, 2}}}};
    const Signature two{{}, {{"y", DataType::int64, {-1}}, {"s_bytes", DataType::bytes, {-1}}}};
    for (const Signature& signature : {one, two}) {
        if (const auto outputs = tfs::decode_answer(body, signature))
            v2::form_error(*outputs, signature, 1);
    }
    return 0;
}
