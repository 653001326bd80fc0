#include "mettle/protocols/openapi/document.hpp"
#include "mettle/protocols/openapi/tasks.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

// Whatever a service gives out as its document ends in requests for its own paths, or in an error.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::protocols::openapi;
    const auto document = parse_document({reinterpret_cast<const char*>(data), size});
    if (!document) {
        if (document.error().message.empty()) std::abort();
        return 0;
    }
    TaskOptions options;
    options.all = true;
    options.payloads = 2;
    const auto made = make_tasks(*document, {}, options);
    if (!made) return 0;
    for (const auto& task : made->tasks)
        for (const auto& each : task.requests)
            if (each.request.target.find_first_of(" \r\n") != std::string::npos) std::abort();
    return 0;
}
