#include "mettle/base/assert.hpp"
#include "mettle/scenario/user_settings.hpp"

#include <cstddef>
#include <cstdint>

// What was taken is within its bounds, and can be put on users that have other names.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace mettle::scenario;
    const auto all = parse_user_settings({reinterpret_cast<const char*>(data), size});
    if (!all) return 0;
    for (const UserSettings& settings : *all) {
        METTLE_ASSERT(settings.weight.value_or(0) >= 0);
        METTLE_ASSERT(settings.fixed_count.value_or(0) >= 0);
        UserKind kind;
        kind.name = "Shopper";
        kind.tasks = {{"browse", 1, {}, {}}, {"buy", 1, {}, {}}};
        std::vector<UserKind> users;
        users.push_back(std::move(kind));
        if (apply_settings(settings, users)) METTLE_ASSERT(!users[0].tasks.empty());
    }
    return 0;
}
