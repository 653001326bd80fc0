#include "mettle/protocols/v2/infer.hpp"
#include "mettle/protocols/v2/metadata.hpp"

#include <cstddef>
#include <cstdint>

// Everything that a server says: the first byte places the border of JSON and tensors.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    using namespace mettle::protocols::v2;
    if (size == 0) return 0;
    const std::string_view body(reinterpret_cast<const char*>(data + 1), size - 1);
    const std::int64_t json_size = data[0] == 255 ? -1 : data[0];
    if (const auto outputs = decode_answer(body, json_size)) {
        form_error(*outputs, Signature{{}, {{"x", DataType::fp32, {-1}}}}, 1);
        value_error(*outputs, *outputs, {});
    }
    static_cast<void>(parse_server_metadata(body));
    static_cast<void>(parse_model_metadata(body));
    static_cast<void>(parse_repository_index(body));
    return 0;
}
