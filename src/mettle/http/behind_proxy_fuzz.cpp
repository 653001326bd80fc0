// The words of proxies, which anybody can send.

#include "mettle/http/behind_proxy.hpp"

#include <cstdint>
#include <cstdlib>

using namespace mettle::http;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const std::string address = forwarded_address(text);
    // What is taken for an address is one, in its plainest form.
    if (!address.empty() && forwarded_address(address) != address) std::abort();
    if (const auto trusted = TrustedProxies::parse(text)) (void)trusted->trusts("10.1.2.3");
    return 0;
}
