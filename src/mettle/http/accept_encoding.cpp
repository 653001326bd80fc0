#include "mettle/http/accept_encoding.hpp"

#include "mettle/http/message.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace mettle::http {

namespace {

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == text.npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// A weight in thousandths: "0.5", "1", "1.000". Nothing for a text that is none.
std::optional<int> weight_of(std::string_view text) {
    if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1')) return std::nullopt;
    if (text.size() > 1 && text[1] != '.') return std::nullopt;
    int weight = (text[0] - '0') * 1000;
    int digit = 100;
    for (const char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9') return std::nullopt;
        weight += (c - '0') * digit;
        digit /= 10;
    }
    return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

struct Wish {
    std::string_view coding;
    std::optional<int> weight;  // Nothing: not of the grammar.
};

// "gzip;q=0.5"
Wish wish_of(std::string_view element) {
    const auto semicolon = element.find(';');
    const std::string_view coding = trim(element.substr(0, semicolon));
    if (semicolon == element.npos) return {coding, 1000};
    const std::string_view parameter = trim(element.substr(semicolon + 1));
    const auto equals = parameter.find('=');
    if (!same_name(trim(parameter.substr(0, equals)), "q") || equals == parameter.npos)
        return {coding, std::nullopt};
    return {coding, weight_of(trim(parameter.substr(equals + 1)))};
}

struct Offer {
    std::string_view coding;
    std::string_view also;  // Another name of it.
    std::optional<int> weight = std::nullopt;
};

}  // namespace

std::string_view choose_coding(std::string_view accept_encoding) {
    // The cheapest first. Who takes anything is given what everybody knows.
    std::array<Offer, 4> offers = {
        {{"zstd", {}}, {"gzip", "x-gzip"}, {"deflate", {}}, {"identity", {}}}};
    std::optional<int> any;
    while (!accept_encoding.empty()) {
        const std::string_view element = accept_encoding.substr(0, accept_encoding.find(','));
        accept_encoding.remove_prefix(std::min(accept_encoding.size(), element.size() + 1));
        const Wish wish = wish_of(element);
        if (!wish.weight) continue;
        if (wish.coding == "*") any = wish.weight;
        for (Offer& offer : offers) {
            const bool is_it = same_name(offer.coding, wish.coding) ||
                               (!offer.also.empty() && same_name(offer.also, wish.coding));
            if (is_it) offer.weight = wish.weight;
        }
    }
    if (!offers[1].weight) offers[1].weight = any;
    const auto best = std::ranges::max_element(
        offers, {}, [](const Offer& offer) { return offer.weight.value_or(0); });
    const bool as_it_is = best->weight.value_or(0) == 0 || best->coding == "identity";
    return as_it_is ? std::string_view() : best->coding;
}

}  // namespace mettle::http
