#include "mettle/schema/place.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace mettle {

void Mistakes::add(const Place& place, std::string message) {
    const auto same = [&](const Mistake& other) { return other.place == place; };
    if (std::ranges::any_of(list_, same)) return;
    if (list_.size() == kMost) {
        ++more_;
        return;
    }
    list_.push_back({place, std::move(message)});
}

std::string Mistakes::to_string() const {
    std::vector<Mistake> sorted = list_;
    std::ranges::sort(sorted, {}, [](const Mistake& mistake) {
        return std::tuple(mistake.place.file, mistake.place.line, mistake.place.column);
    });
    std::string text;
    for (const Mistake& mistake : sorted) {
        if (!text.empty()) text += '\n';
        const auto file = static_cast<std::size_t>(mistake.place.file);
        text += fmt::format("{}:{}:{}: {}", file < files_.size() ? files_[file] : "scenario",
                            mistake.place.line, mistake.place.column, mistake.message);
    }
    if (more_ > 0) text += fmt::format("\nand {} more", more_);
    return text;
}

}  // namespace mettle
