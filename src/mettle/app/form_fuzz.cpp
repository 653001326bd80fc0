// A form is taken whatever its bytes, within its bound, and never has more in it than was sent.

#include "mettle/app/form.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    const auto fields = mettle::app::read_form({reinterpret_cast<const char*>(data), size}, 32);
    if (!fields) return 0;
    std::size_t bytes = 0;
    for (const auto& field : *fields) bytes += field.name.size() + field.value.size();
    if (fields->size() > 32 || bytes > size) std::abort();
    return 0;
}
