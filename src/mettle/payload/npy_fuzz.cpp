#include "mettle/payload/npy.hpp"
#include "mettle/payload/zip.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// A tensor has the bytes that its shape needs.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto array = payload::parse_npy(bytes);
    if (array && array->type != DataType::bytes &&
        array->data().size() != static_cast<std::size_t>(array->shape.element_count().value()) *
                                    element_size(array->type))
        std::abort();
    payload::parse_npz(bytes, 1 << 20);
    return 0;
}
