#pragma once

// Where something stands in a user's files, and what is wrong there. All mistakes are collected
// before anything is sent: several at once are better than the first only.

#include <cstddef>
#include <string>
#include <vector>

namespace mettle {

struct Place {
    bool operator==(const Place&) const = default;

    int file = 0;  // Of Mistakes::files.
    int line = 1;
    int column = 1;
};

class Mistakes {
public:
    static constexpr std::size_t kMost = 20;

    struct Mistake {
        Place place;
        std::string message;  // What is wrong, and what would be right.
    };

    int add_file(std::string name) {
        files_.push_back(std::move(name));
        return static_cast<int>(files_.size()) - 1;
    }
    const std::vector<std::string>& files() const { return files_; }

    // Beyond kMost they are only counted. A place has one mistake: the first.
    void add(const Place& place, std::string message);
    bool empty() const { return list_.empty(); }
    bool is_full() const { return list_.size() == kMost; }
    std::size_t size() const { return list_.size() + more_; }

    // "shop.yaml:3:5: there is no key 'weigth'; did you mean 'weight'?", a line each, by place.
    std::string to_string() const;

private:
    std::vector<std::string> files_;
    std::vector<Mistake> list_;
    std::size_t more_ = 0;
};

}  // namespace mettle
