#include "mettle/host/heap.hpp"

#include <malloc.h>

namespace mettle::host {

std::uint64_t heap_bytes() {
    const struct mallinfo2 info = ::mallinfo2();
    return info.uordblks + info.hblkhd;
}

}  // namespace mettle::host
