#include "mettle/app/percent.hpp"

#include <charconv>

namespace mettle::app {

std::string_view percent_decoded(std::string_view segment, std::string& room) {
    if (!segment.contains('%')) return segment;
    room.clear();
    for (std::size_t at = 0; at < segment.size(); ++at) {
        unsigned value = 0;
        const bool escape = segment[at] == '%' && at + 2 < segment.size();
        const char* const digits = segment.data() + at + 1;
        if (escape && std::from_chars(digits, digits + 2, value, 16).ptr == digits + 2) {
            room += static_cast<char>(value);
            at += 2;
        } else {
            room += segment[at];
        }
    }
    return room;
}

}  // namespace mettle::app
