#include "mettle/inference/provider_choice.hpp"

#include <cstddef>
#include <cstdlib>

// A list that is taken has names, each once, and options that have keys and values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle;
    const auto list = parse_providers({reinterpret_cast<const char*>(data), size});
    if (!list) return list.error().message.empty() ? std::abort(), 0 : 0;
    if (list->empty()) std::abort();
    for (const ProviderChoice& choice : *list) {
        if (choice.name.empty()) std::abort();
        for (const auto& [key, value] : choice.options)
            if (key.empty() || value.empty()) std::abort();
    }
    return 0;
}
