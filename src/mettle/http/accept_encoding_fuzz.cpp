// Whatever an Accept-Encoding header says, the answer is a coding that can be made, and one that is
// made is read back as it was.

#include "mettle/http/accept_encoding.hpp"
#include "mettle/http/content_coding.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    using namespace mettle::http;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string_view coding = choose_coding(text);
    if (coding.empty()) return 0;
    std::string encoded, decoded;
    if (!encode_content(coding, text, encoded)) std::abort();
    if (!decode_content(coding, encoded, size, decoded) || decoded != text) std::abort();
    return 0;
}
