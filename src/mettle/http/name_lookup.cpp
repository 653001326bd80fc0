#include "mettle/http/name_lookup.hpp"

#include "mettle/base/assert.hpp"

#include <sys/eventfd.h>

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace mettle::http {

NameLookup::NameLookup(Resolve resolve, const Address& like)
    : resolve_(std::move(resolve)),
      family_(like.family()),
      event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    METTLE_ASSERT(event_ >= 0);
    thread_ = std::thread([this] { run(); });
}

NameLookup::~NameLookup() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    asked_.notify_one();
    thread_.join();
    ::close(event_);
}

void NameLookup::ask(std::uint64_t who) {
    {
        const std::scoped_lock lock(mutex_);
        waiting_.push_back(who);
    }
    asked_.notify_one();
}

void NameLookup::take(std::vector<Answer>& answers) {
    std::uint64_t count = 0;
    static_cast<void>(::read(event_, &count, sizeof count));
    answers.clear();
    const std::scoped_lock lock(mutex_);
    std::swap(answers, answers_);
}

void NameLookup::run() {
    std::vector<std::uint64_t> asking;
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            asked_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            asking.clear();
            std::swap(asking, waiting_);
        }
        answer(asking);
    }
}

void NameLookup::answer(const std::vector<std::uint64_t>& asking) {
    auto found = resolve_();
    std::vector<Address> usable;
    if (found) {
        std::ranges::copy_if(*found, std::back_inserter(usable), [this](const Address& address) {
            return address.family() == family_;
        });
        // A host may have moved to the other family altogether.
        if (usable.empty()) usable = std::move(*found);
    }
    const std::scoped_lock lock(mutex_);
    for (const std::uint64_t who : asking) {
        Answer& answer = answers_.emplace_back();
        answer.who = who;
        if (usable.empty())
            answer.error = found ? "the host has no address" : found.error().message;
        else
            answer.address = usable[turn_++ % usable.size()];
    }
    const std::uint64_t one = 1;
    static_cast<void>(::write(event_, &one, sizeof one));
}

}  // namespace mettle::http
