//! File work on many partitions at once, with a bounded number of threads.

use std::num::NonZero;
use std::sync::{Mutex, PoisonError};

/// How many threads make files at once; the file system takes turns beyond a few.
const MOST_THREADS: usize = 8;
/// A thread for fewer items than this costs more than it saves.
const FEWEST_ITEMS: usize = 8;

/// How many threads to use for `items` new partitions.
pub(super) fn threads_for(items: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    cores.min(MOST_THREADS).min(items.div_ceil(FEWEST_ITEMS))
}

/// Does something with every item on at most `threads` threads; the results are in the items' order.
pub(super) fn in_parallel<T: Send, R: Send>(items: Vec<T>, threads: usize, act: impl Fn(T) -> R + Sync) -> Vec<R> {
    if threads <= 1 || items.len() <= 1 {
        return items.into_iter().map(act).collect();
    }
    let (count, queue) = (items.len(), Mutex::new(items.into_iter().enumerate()));
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let results = Mutex::new(Vec::with_capacity(count));
    let work = || {
        while let Some((number, item)) = next() {
            let result = act(item);
            results.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..threads.min(count) {
            scope.spawn(work);
        }
        work();
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(number, _)| *number);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_keep_the_order_of_the_items() {
        for threads in [0, 1, 3, 50] {
            let doubled = in_parallel((0..20).collect(), threads, |number| number * 2);
            assert_eq!(doubled, (0..20).map(|number| number * 2).collect::<Vec<_>>());
        }
        assert_eq!((threads_for(0), threads_for(1)), (0, 1));
        assert!((1..=MOST_THREADS).contains(&threads_for(10_000)));
    }
}
